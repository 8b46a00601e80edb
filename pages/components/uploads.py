"""Files that people upload: how large they may be, and letting go of them.

The server keeps what was uploaded in memory until the browser's tab is closed, unless somebody lets go of it. It
refuses what is larger than `server.maxUploadSize`, an archive's limit; that of a picture is kept by the browser and,
for those who go around it, by `imgcls.images`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from imgcls.limits import limit


def most_megabytes(name: str) -> int:
    """A limit as `st.file_uploader` takes it: whole megabytes, rounded up."""
    return max(1, math.ceil(limit(name)))


def let_go(files: Iterable[Any]) -> None:
    """Forget what `st.file_uploader` returned: it is kept elsewhere now. The widget must be a new one from here on."""
    context = get_script_run_ctx()
    if context is None or not isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        return
    for file in files:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
