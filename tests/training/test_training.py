"""The parts of the reader's training that can go wrong silently: places, splits, state."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from safetensors.numpy import save_file as save_numpy
from safetensors.torch import save_file as save_torch

from index.models.weights import floats
from qa.reader.windows import BEGIN, END
from training.averaging import average
from training.checkpoints import checkpoints, read_checkpoint, read_reader, write_checkpoint
from training.evaluate import layers
from training.export import pack
from training.mixing import Mixer, bucketed
from training.optimizing import Schedule, Trainer
from training.retrieval import PassageFinder, holds_answer
from training.rows import Row, parallel_questions, split_by_article
from training.windows import Window, bundled_tokenizer, training_window

TEXT = "Guterres tiba di Moskwa.  Dia mendesak Rusia untuk mengizinkan evakuasi warga sipil."


def row(number: int, text: str, group: str, **changes: object) -> Row:
    values: dict[str, object] = {
        "source": "idk_mrc.id", "key": f"key{number}", "question": f"Pertanyaan {number}?",
        "question_language": "id", "text": text, "language": "id",
        "answers": ((0, text.split(maxsplit=1)[0]),), "group": group,
    }  # fmt: skip
    return Row(**{**values, **changes})  # type: ignore[arg-type]


def test_a_training_window_marks_the_answer() -> None:
    """The marked tokens are the answer's, also where the text is cut."""
    text = "Kata lain. " * 200 + TEXT + " Kata lagi." * 200
    start = text.index("evakuasi")
    for seed in range(20):
        window = training_window(
            "Apa?", text, (start, start + len("evakuasi warga sipil")), 64, random.Random(seed)
        )
        assert window is not None
        assert len(window.ids) == 64
        assert (window.ids[0], window.ids[-1]) == (BEGIN, END)
        marked = window.ids[window.start : window.end + 1]
        assert bundled_tokenizer().decode(list(marked)) == "evakuasi warga sipil"


def test_a_window_without_an_answer_points_at_the_first_token() -> None:
    """No answer is position 0."""
    window = training_window("Apa?", TEXT, None, 320, random.Random(0))
    assert window is not None
    assert (window.start, window.end) == (0, 0)


def test_articles_that_share_a_question_are_split_together() -> None:
    """Neither an article, nor its translation, is in both parts."""
    rows = []
    for article in range(200):
        rows.append(row(article, f"teks {article}", f"artikel {article}"))
        rows.append(row(article, f"text {article}", f"article {article}", language="en"))
        rows.append(row(1000 + article, f"text {article}", f"article {article}", language="en"))
    training, validation = split_by_article(rows, 0.3)
    assert 100 < len(validation) < 300
    for name in ("group", "key", "text"):
        seen = {getattr(one, name) for one in training}
        assert not seen & {getattr(one, name) for one in validation}


def test_parallel_questions_are_those_with_two_wordings() -> None:
    """A question worded in one language only is left out."""
    rows = [
        row(1, "teks", "a"),
        row(1, "text", "a", question_language="en", question="Question 1?"),
        row(2, "teks", "a"),
    ]
    assert parallel_questions(rows) == {"key1": {"id": "Pertanyaan 1?", "en": "Question 1?"}}


def test_hard_negatives_rank_by_words_and_never_hold_the_answer() -> None:
    """The finder ranks what shares words first; what holds an answer is recognised."""
    finder = PassageFinder(["Ibu kota Prancis ialah Paris.", "Harga beras naik.", "Ibu kota baru."])
    assert finder.find("ibu kota Prancis", 2)[0] == "Ibu kota Prancis ialah Paris."
    assert "Harga beras naik." not in finder.find("ibu kota", 3)
    assert holds_answer("Di PARIS ada", [(0, "Paris.")])
    assert not holds_answer("Di Lyon ada", [(0, "Paris")])


def test_a_block_depends_on_its_number_alone() -> None:
    """A mixer that is told where another one stood draws the same batches."""
    rows = [
        row(number, f"Nama{number} adalah kota nomor {number} di pulau itu.", f"g{number}")
        for number in range(50)
    ]
    first = Mixer(rows, 5)
    first.next_batches(2)
    place = first.block, dict(first.drawn)
    second = Mixer(rows, 5)
    second.block, second.drawn = place
    expected = first.next_batches(2)
    assert second.next_batches(2) == expected
    assert Mixer(rows, 6).next_batches(2) != expected


def test_batches_hold_windows_of_like_length() -> None:
    """Sorting happens before the cut into batches; nothing is lost."""
    windows = [Window((0,) * length, 1) for length in (5, 90, 7, 80, 6, 85)]
    batches = bucketed(windows, 3, random.Random(1))
    assert sorted(sorted(len(one.ids) for one in batch) for batch in batches) == [
        [5, 6, 7], [80, 85, 90],
    ]  # fmt: skip


def test_the_rate_rises_falls_to_zero_and_is_lower_in_lower_layers() -> None:
    """Warm-up, cosine, layer-wise decay."""
    schedule = Schedule(peak=1.0, layer_decay=0.5, warm_up=0.1, head=3.0)
    assert schedule.factor(0.05) == pytest.approx(0.5)
    assert schedule.factor(0.1) == pytest.approx(1.0)
    assert schedule.factor(0.55) == pytest.approx(0.5)
    assert schedule.factor(1.0) == pytest.approx(0.0)
    assert schedule.rate("11.q.weight", 12) == 1.0
    assert schedule.rate("9.q.weight", 12) == 0.25
    assert schedule.rate("head.bias", 12) == 3.0


def test_checkpoints_are_whole_and_the_newest_two_are_kept(tmp_path: Path) -> None:
    """A half-written one is never taken for a checkpoint."""
    for step in (1, 2, 3):
        write_checkpoint(tmp_path, step, {"a": torch.full((2,), float(step))}, {"step": step})
    (tmp_path / "checkpoint-0000009.partial").mkdir()
    assert [path.name for path in checkpoints(tmp_path)] == [
        "checkpoint-0000002", "checkpoint-0000003",
    ]  # fmt: skip
    tensors, facts = read_checkpoint(checkpoints(tmp_path)[-1])
    assert tensors["a"].tolist() == [3.0, 3.0]
    assert facts == {"step": 3}


class TinyNetwork:
    """Stands in for the reader: two parameters, a loss that needs the windows and the chance."""

    class model:
        class config:
            num_hidden_layers = 1

    def __init__(self) -> None:
        self.parameters = {
            "0.q.weight": torch.ones(3, 3, requires_grad=True),
            "head.bias": torch.zeros(3, requires_grad=True),
        }
        self.working = {name: value.detach().clone() for name, value in self.parameters.items()}
        for value in self.working.values():
            value.requires_grad_()

    def refresh(self) -> None:
        with torch.no_grad():
            for name, value in self.parameters.items():
                self.working[name].copy_(value)

    def loss(self, windows: list[Window], dropout: torch.Generator) -> torch.Tensor:
        inputs = torch.tensor([window.ids for window in windows], dtype=torch.float32)
        inputs = inputs * torch.rand(inputs.shape, generator=dropout)
        outputs = inputs @ self.working["0.q.weight"] + self.working["head.bias"]
        return ((outputs - 1) ** 2).mean()


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    """Weights, moments and average come back through the file, and chance follows the step."""
    batches = [[Window((step, 1, turn), 1) for turn in range(4)] for step in range(6)]

    def trainer() -> Trainer:
        network: object = TinyNetwork()
        return Trainer(network, Schedule(), seed=3, threads=2, memory=0.9)  # type: ignore[arg-type]

    whole = trainer()
    losses = [whole.train_on(batch, 0.5)[0] for batch in batches]
    first = trainer()
    for batch in batches[:3]:
        first.train_on(batch, 0.5)
    saved, _ = read_checkpoint(write_checkpoint(tmp_path, 3, first.state(), {}))
    second = trainer()
    second.restore(saved, 3)
    assert [second.train_on(batch, 0.5)[0] for batch in batches[3:]] == losses[3:]
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, second.state()[name]), name
    assert not torch.equal(saved["weights/head.bias"], whole.state()["weights/head.bias"])


def test_packing_keeps_small_tensors_and_rounds_matrices() -> None:
    """Matrices become 8-bit codes with half-precision scales; heads and biases stay floats."""
    chance = torch.Generator().manual_seed(1)
    matrix = torch.randn(4, 64, generator=chance).numpy()
    packed = pack({"0.q.weight": matrix, "0.q.bias": matrix[0], "head.weight": matrix[:2]})
    assert packed["0.q.weight"].dtype == "uint8"
    assert packed["0.q.weight.scales"].dtype == "float16"
    assert packed["head.weight"].tolist() == matrix[:2].tolist()
    scales = packed["0.q.weight.scales"].astype("float32").repeat(32, axis=1)
    back = (packed["0.q.weight"].astype("float32") - 128) * scales
    assert abs(back - matrix).max() < abs(matrix).max() / 127


def test_weights_are_told_by_what_they_hold(tmp_path: Path) -> None:
    """A packed file may have the name of a run's own: its codes are never taken for values."""
    matrix = torch.randn(4, 64, generator=torch.Generator().manual_seed(1))
    path = tmp_path / "reader.safetensors"
    save_torch({"0.q.weight": matrix}, path)
    assert layers(path, "average")[0]["0.q.weight"].tolist() == matrix.tolist()
    save_numpy(pack({"0.q.weight": matrix.numpy()}), path, metadata={"card": '{"format": 1}'})
    tensors, card = layers(path, "average")
    assert floats(tensors["0.q.weight"]) == pytest.approx(matrix.numpy(), abs=0.02)
    assert card == {"format": 1}
    started = read_reader(path)["0.q.weight"].numpy()  # what a run begins with
    assert started.tolist() == floats(tensors["0.q.weight"]).tolist()


def test_weights_are_averaged_tensor_by_tensor() -> None:
    """A quarter of the run, three of what it began with; both must be of one network."""
    start, end = {"a": torch.tensor([0.0, 2.0])}, {"a": torch.tensor([4.0, 2.0])}
    assert average(start, end, 0.25)["a"].tolist() == [1.0, 2.0]
    assert average(start, end, 1.0)["a"].tolist() == [4.0, 2.0]
    with pytest.raises(ValueError, match="different tensors"):
        average(start, {}, 0.5)
