"""The documentation site: ``sphinx-build -W -b html docs site``. Guides in French, reference in English."""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # where make_notebooks.py lies

project = "passerelles"
author = "passerelles"
copyright = author  # noqa: A001 - Sphinx's own name
version = release = metadata.version("passerelles")
language = "fr"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "make_notebooks"]
# The model card is written from this template.
exclude_patterns = ["model-card.fr.md"]
html_theme = "furo"
html_title = "passerelles"
html_show_sourcelink = False
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the signature of a docstring says what a type cannot
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
html_static_path = ["static"]
html_css_files = ["shown.css"]
