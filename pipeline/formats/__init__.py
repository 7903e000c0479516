"""Database exports, read without loss: bytes in, entries and rejects out; one module and one row of `FORMATS` each."""

from pipeline.formats.catalogue import FORMATS, Format
from pipeline.formats.decode import Decoded, decode
from pipeline.formats.detect import recognise
from pipeline.formats.read import ExportReading, collector_at_rest, read_export

__all__ = ["FORMATS", "Decoded", "ExportReading", "Format", "collector_at_rest", "decode", "read_export", "recognise"]
