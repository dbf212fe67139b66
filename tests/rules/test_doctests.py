"""The examples in the docstrings of the rules."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from sgdproofs import rules

MODULES = [f"sgdproofs.rules.{module.name}" for module in pkgutil.iter_modules(rules.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed
