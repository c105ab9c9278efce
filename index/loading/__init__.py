"""Load article files: one small module per family of formats."""

from index.loading.files import SUPPORTED, ArticleFile, find_files
from index.loading.formats import load_articles, load_file

__all__ = ["SUPPORTED", "ArticleFile", "find_files", "load_articles", "load_file"]
