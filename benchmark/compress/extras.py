"""Optional packages, imported when they are needed, with a sentence where they are missing."""

import importlib
from types import ModuleType

from db.errors import MedquantError


def optional(module: str, extra: str) -> ModuleType:
    """Return a module of an optional package.

    Parameters
    ----------
    module
        Its full name, such as "onnxruntime.quantization".
    extra
        The extra of medquant that installs it.

    Raises
    ------
    MedquantError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MedquantError(
            f"this needs {module.split('.', maxsplit=1)[0]}, which cannot be imported here ({error}); install it with "
            f"`pip install 'medquant[{extra}]'`"
        ) from None
