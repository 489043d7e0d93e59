"""nbconvert's writer, but a file appears whole or not at all."""

from pathlib import Path

from nbconvert.writers import FilesWriter

from opslab.ground.paths import write_whole


class WholeFilesWriter(FilesWriter):
    """Writes what nbconvert converted; an interrupted run or a full disk leaves the old file."""

    def write(self, output, resources, notebook_name=None, **options):
        """Write one converted notebook and return its path; formats of several files go nbconvert's way."""
        if resources.get("outputs") or resources.get("attachments") or self.files or notebook_name is None:
            return super().write(output, resources, notebook_name, **options)
        folder = self.build_directory or resources.get("metadata", {}).get("path", "")
        path = Path(folder, notebook_name + (resources.get("output_extension") or ""))
        write_whole(path, output.encode("utf-8") if isinstance(output, str) else output)
        self.log.info("Wrote %s", path)
        return path
