"""Articles in, hits out: the public door of the package."""

from index.analysis import analyse, query_terms
from index.article_index import ArticleIndex, default_path
from index.embedding import Embedder, export_bundled_model, load_embedder
from index.errors import ArticleError, KutipError, ModelError, ReaderError, StoreError
from index.languages import detect_language
from index.loading import SUPPORTED, find_files, load_articles
from index.passages import pack_passages
from index.search import FusionWeights, same_words
from index.sentences import split_sentences
from index.types import (
    AddReport,
    Article,
    ArticleInfo,
    Failure,
    Filters,
    Hit,
    Passage,
    Progress,
    Sentence,
    Span,
)

__all__ = [
    "SUPPORTED",
    "AddReport",
    "Article",
    "ArticleError",
    "ArticleIndex",
    "ArticleInfo",
    "Embedder",
    "Failure",
    "Filters",
    "FusionWeights",
    "Hit",
    "KutipError",
    "ModelError",
    "Passage",
    "Progress",
    "ReaderError",
    "Sentence",
    "Span",
    "StoreError",
    "analyse",
    "default_path",
    "detect_language",
    "export_bundled_model",
    "find_files",
    "load_articles",
    "load_embedder",
    "pack_passages",
    "query_terms",
    "same_words",
    "split_sentences",
]
