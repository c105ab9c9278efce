"""Articles in, hits out: the public door of the package."""

from index.analysis import analyse, query_terms
from index.article_index import ArticleIndex
from index.embedding import Embedder, export_bundled_model, load_embedder
from index.errors import (
    ArticleError,
    KutipError,
    ModelError,
    ReaderError,
    StoreBusyError,
    StoreError,
)
from index.fusion import FusionWeights
from index.languages import detect_language
from index.loading import SUPPORTED, check_columns, find_files, load_articles
from index.models.bundled import BUNDLED_NAME
from index.models.token_scoring import TokenScorer, load_token_scorer
from index.pages import page_of
from index.passages import pack_passages
from index.places import default_path
from index.preparing import title_in_front
from index.search import same_words
from index.sentences import split_sentences
from index.timing import Period, Timing
from index.topics import ArticleMap, Topic, map_articles
from index.types import (
    AddReport,
    Article,
    ArticleInfo,
    Facets,
    Failure,
    Filters,
    Hit,
    Passage,
    Progress,
    Sentence,
    Span,
)
from index.watching import FolderWatch, watch_folders

__all__ = [
    "BUNDLED_NAME",
    "SUPPORTED",
    "AddReport",
    "Article",
    "ArticleError",
    "ArticleIndex",
    "ArticleInfo",
    "ArticleMap",
    "Embedder",
    "Facets",
    "Failure",
    "Filters",
    "FolderWatch",
    "FusionWeights",
    "Hit",
    "KutipError",
    "ModelError",
    "Passage",
    "Period",
    "Progress",
    "ReaderError",
    "Sentence",
    "Span",
    "StoreBusyError",
    "StoreError",
    "Timing",
    "TokenScorer",
    "Topic",
    "analyse",
    "check_columns",
    "default_path",
    "detect_language",
    "export_bundled_model",
    "find_files",
    "load_articles",
    "load_embedder",
    "load_token_scorer",
    "map_articles",
    "pack_passages",
    "page_of",
    "query_terms",
    "same_words",
    "split_sentences",
    "title_in_front",
    "watch_folders",
]
