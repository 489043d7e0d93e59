"""What one submission may use: seconds, memory, files, processes."""

from dataclasses import dataclass

from opslab.exercises.display import UsageError

# Words
TOO_LITTLE = "{name} is {found}; expected at least {least}"


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell_seconds: float = 30
    notebook_seconds: float = 300
    gigabytes: float = 2
    file_megabytes: float = 50
    processes: int = 32
    open_files: int = 256

    def __post_init__(self) -> None:
        for name, least in (("cell_seconds", 0.1), ("notebook_seconds", 1), ("gigabytes", 0.5)):
            if not getattr(self, name) >= least:
                raise UsageError(TOO_LITTLE.format(name=name, found=getattr(self, name), least=least))

    def hard(self) -> dict[str, int]:
        """Return the limits that the kernel keeps, by their names in `resource`."""
        return {
            "RLIMIT_AS": int(2 * self.gigabytes * 1e9),  # address space; half of it is never touched
            "RLIMIT_FSIZE": int(self.file_megabytes * 1e6),
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }
