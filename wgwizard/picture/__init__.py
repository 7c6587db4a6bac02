"""The picture of the network: from a site that is not whole yet or from a plan to lines of styled spans, in any size; pure.

`scene` takes what is known, `layout_boxes`, `layout_flat` and `layout_tall` draw it with the signs of `canvas`, `text` does both. Nothing
is raised, and no line is longer than the width.
"""
