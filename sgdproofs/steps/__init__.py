"""Steps as data: read from JSON, brought into the language, and judged."""
