"""Bring the Simplified Chinese catalogue up to date: python -m tests.house.catalogue

Reads every marked string from the code, keeps the translations in the .po, adds new strings with an empty
translation, drops those that are gone, and compiles the .mo. Prints what is still to be translated: write it into
the .po by hand, then run the command again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from imgcls.language import LOCALES

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGE = "zh_CN"
PO = LOCALES / LANGUAGE / "LC_MESSAGES" / "imgcls.po"
MO = PO.with_suffix(".mo")
#: `_` translates at once, `N_` marks for later; both take one sentence.
KEYWORDS = {"_": None, "N_": None}
HEADER = "Simplified Chinese for imgcls. Edit the msgstr lines, then: python -m tests.house.catalogue"


def sources() -> list[Path]:
    """The files whose strings people see."""
    folders = [ROOT / "pages", ROOT / "imgcls"]
    return [ROOT / "app.py", *(path for folder in folders for path in sorted(folder.rglob("*.py")))]


def messages() -> Iterator[tuple[str, str]]:
    """Every marked string and the file in which it stands."""
    for path in sources():
        for _line, message, _comments, _context in extract_from_file("python", path, keywords=KEYWORDS):
            yield str(message), path.relative_to(ROOT).as_posix()


def read() -> Catalog:
    """The catalogue on disk; an empty one where there is none yet."""
    if PO.exists():
        with PO.open("rb") as file:
            return read_po(file, locale=LANGUAGE)
    now = datetime.now(UTC)
    return Catalog(
        LANGUAGE,
        project="imgcls",
        version="0",
        msgid_bugs_address="imgcls",
        last_translator="imgcls",
        language_team="imgcls",
        creation_date=now,
        revision_date=now,
    )


def updated(catalogue: Catalog) -> Catalog:
    """`catalogue` with exactly the strings of the code; the translations it has are kept."""
    template = Catalog()
    for message, file in messages():
        template.add(message, locations=[(file, 0)])
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = f"# {HEADER}\n#"
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """What has no translation yet, or one that is marked as a guess."""
    return [str(message.id) for message in catalogue if message.id and (not message.string or message.fuzzy)]


def main() -> None:
    """Update the .po, compile the .mo, and say what is missing."""
    catalogue = updated(read())
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        # no line numbers: they would change with every edit of the code
        write_po(file, catalogue, width=100, include_lineno=False)
    MO.write_bytes(compiled(catalogue))
    missing = untranslated(catalogue)
    print(f"{len(catalogue)} strings, {len(missing)} to translate in {PO.relative_to(ROOT)}")
    for message in missing:
        print(f"  {message}")


if __name__ == "__main__":
    main()
