"""Load article files: one small module per family of formats."""

from index.loading.columns import check_columns
from index.loading.files import SUPPORTED, ArticleFile
from index.loading.formats import load_articles, load_file
from index.loading.walking import find_files

__all__ = ["SUPPORTED", "ArticleFile", "check_columns", "find_files", "load_articles", "load_file"]
