"""What is printed: LaTeX of terms and statements, and the solution sheet.  Nothing is checked here."""

from .latex import latex
from .sheet import solution_sheet

__all__ = ["latex", "solution_sheet"]
