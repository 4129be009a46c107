"""The course as a web site: `make site` builds it from the notebooks as they are stored; nothing is run again."""

import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import course_pages

project = "Make sound with GANs"
html_title = project
language = "en"
extensions = ["myst_nb", "course_pages"]
exclude_patterns = ["generated"]

course_repository = course_pages.repository()

nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

# MathJax as one file from a package, so that no page asks another host
mathjax = Path(find_spec("sphinx-mathjax-offline").submodule_search_locations[0], "static", "mathjax")
mathjax_path = "tex-svg-full.js"
mathjax3_config = {"options": {"enableMenu": False}}

html_theme = "furo"
html_static_path = ["_static", str(mathjax / mathjax_path)]
html_extra_path = [str(course_pages.EXTRA)]
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {
    "light_css_variables": {
        "course-right": "#1c6b2a",
        "course-wrong": "#a8380a",
        "course-paper": "#f3f5f8",
    },
    "dark_css_variables": {
        "course-right": "#6fd58a",
        "course-wrong": "#ff9a6b",
        "course-paper": "#20262e",
    },
}
