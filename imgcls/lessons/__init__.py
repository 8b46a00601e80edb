"""The article's ideas as lessons: their order, their words, and the small arithmetic behind their pictures."""

from imgcls.lessons.glossary import GLOSSARY, Term
from imgcls.lessons.registry import LESSONS, Lesson, lesson, neighbours

__all__ = ["GLOSSARY", "LESSONS", "Lesson", "Term", "lesson", "neighbours"]
