"""Why the operating system says no about a file, in Swedish: it says so itself in English."""

import errno
from pathlib import Path

_WORDS = {
    errno.ENOENT: "finns inte",
    errno.EEXIST: "finns redan",
    errno.EISDIR: "är en mapp",
    errno.ENOTDIR: "ligger i något som inte är en mapp",
    errno.ENOTEMPTY: "är inte tom",
    errno.EACCES: "får inte läsas eller skrivas av den som kör kommandot",
    errno.EPERM: "får inte läsas eller skrivas av den som kör kommandot",
    errno.EROFS: "ligger där inget får skrivas",
    errno.ENOSPC: "får inte plats: disken är full",
    errno.EDQUOT: "får inte plats: utrymmet är slut",
    errno.EFBIG: "är för stor för disken",
    errno.ENAMETOOLONG: "har ett för långt namn",
    errno.ELOOP: "är en länk som leder till sig själv",
    errno.EBUSY: "används av något annat",
    errno.EIO: "går inte att läsa eller skriva: disken svarar med fel",
}


def why(error: Exception) -> str:
    """A clause that names the file where the error does; of anything but a file, what it says itself."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    name = str(error.filename) if error.filename else "Filen"
    folder = Path(name).parent
    if error.errno == errno.ENOENT and error.filename and not folder.exists():
        return f"mappen {folder} finns inte"
    return f"{name} {_WORDS.get(error.errno) or f'går inte att läsa eller skriva (fel {error.errno})'}"
