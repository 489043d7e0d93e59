"""The author's side: `build` makes notebooks of text, `export` slides, pages, hand-outs and the site."""
