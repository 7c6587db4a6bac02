"""The settings in a sysctl.d file (sysctl.d(5)); pure."""


def sysctls_in(text: str) -> dict[str, str]:
    """The settings in a sysctl.d file, by their paths below /proc/sys."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith(("#", ";")))
    return {_path_of(key.strip()): value.strip() for key, _, value in pairs}


def _path_of(key: str) -> str:
    """A key with a slash in it is a path already (sysctl.d(5))."""
    return key if "/" in key else key.replace(".", "/")
