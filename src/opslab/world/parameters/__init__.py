"""The parameters of each part of the story, as dataclasses with their reference values.

`opslab.world.truth` puts them together. In a parallel world each `float` moves by up to 8 % of its value; a
`Fixed` one, whole numbers, names and tuples of numbers stay.
"""

from typing import Annotated

Fixed = Annotated[float, "the same in every world"]
