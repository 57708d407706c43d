"""The architecture of every model: of its own weights, counted rightly, read without TensorFlow."""

import json

import pytest
from metrics_view import copied, with_card

from agesex import architecture, charts, findings_making, model
from agesex.errors import BadModel

NAMES = model.names()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    yield from copied(tmp_path, monkeypatch)


def test_there_are_models_to_look_at():
    assert model.DEFAULT in NAMES and len(NAMES) > 1


@pytest.mark.parametrize("name", NAMES)
def test_every_model_carries_the_architecture_of_its_own_weights(name):
    card = model.read_card(name)
    facts = json.loads((model.folder(name) / architecture.FILE).read_text("utf-8"))
    assert facts["sha256"] == card["sha256"], f"run `python -m training.architecture {name}`"
    found = architecture.read(name)
    assert found.parameters == card["parameters"]
    assert found.input == (card["input_size"], card["input_size"], 3)
    names = set(found.layers.name)
    assert {"age", "sex"} <= names
    assert all(set(inputs) <= names for inputs in found.layers.inputs)


@pytest.mark.parametrize("name", NAMES)
def test_shares_add_up_and_the_answers_lie_apart(name):
    found = architecture.read(name)
    grids = found.by_grid()
    assert grids.parameters_share.sum() == pytest.approx(1) == grids.work_share.sum()
    assert grids.parameters.sum() == found.parameters and 2 * grids.multiply_adds.sum() == found.flops
    rows = found.drawn().set_index("name")
    assert rows.bottom["age"] > rows.top["sex"]
    assert (rows.right > rows.left).all() and (rows.top > rows.bottom).all()
    shared = rows[rows.serves == architecture.SHARED]
    assert (shared.left.diff().dropna() > 0).all()
    charts.network(found.drawn()).to_dict()
    charts.grids(grids).to_dict()


def test_two_networks_in_one_share_only_the_change_to_grey():
    rows = architecture.read("grey48").layers
    assert set(rows[rows.serves == architecture.SHARED].name) == {"photo", "scale", "grey"}
    assert set(rows[rows.name.str.startswith("sex")].serves) == {"sex"}


def test_the_sentences_name_the_counts():
    found = architecture.read("grey48-joint")
    text = findings_making.network(found)
    assert "0.7 million parameters" in text and "45 million operations" in text and "48×48" in text
    assert "without a grid" in findings_making.grids(found.by_grid())


def test_other_weights_or_no_file_give_nothing(folder):
    with_card(folder, sha256="0" * 64)
    assert architecture.read(model.DEFAULT) is None
    (folder / architecture.FILE).unlink()
    assert architecture.read(model.DEFAULT) is None


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"sha256": "a"}', '{"sha256": "a", "input": [1, 1, 3], "layers": [{"name": "x"}]}',
     '{"sha256": "a", "input": [1], "layers": []}'],
)  # fmt: skip
def test_a_broken_file_is_one_sentence_with_its_remedy(folder, text):
    (folder / architecture.FILE).write_text(text)
    with pytest.raises(BadModel, match=r"architecture\.json cannot be read.*training\.architecture mobile"):
        architecture.read(model.DEFAULT)


@pytest.fixture(scope="module")
def network():
    import keras
    from keras import layers

    photo = keras.Input((6, 6, 3), name="photo")
    x = layers.Conv2D(4, 3, padding="same", name="conv")(photo)  # 6·6 places · 3·3·3 · 4
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False, name="deep")(x)  # 3·3 · 3·3·4
    x = layers.Add(name="add")([x, layers.ReLU(name="relu")(x)])
    x = layers.Flatten(name="flat")(x)
    outputs = {"age": layers.Dense(101, name="age")(x), "sex": layers.Dense(1, name="sex")(x)}
    return keras.Model(photo, outputs)


@pytest.mark.model
def test_a_small_network_is_counted_by_hand(network):
    from training import architecture as written

    rows = {row["name"]: row for row in written.described(network, "a")["layers"]}
    assert rows["conv"]["multiply_adds"] == 36 * 27 * 4
    assert rows["deep"]["multiply_adds"] == 9 * 9 * 4
    assert rows["age"]["multiply_adds"] == 36 * 101 and rows["sex"]["multiply_adds"] == 36
    assert rows["norm"]["multiply_adds"] == 0 and rows["norm"]["parameters"] == 16
    assert rows["conv"]["parameters"] == 27 * 4 + 4
    assert (rows["deep"]["height"], rows["deep"]["width"], rows["deep"]["channels"]) == (3, 3, 4)
    assert (rows["age"]["height"], rows["age"]["channels"]) == (1, 101)
    assert rows["add"]["inputs"] == ["deep", "relu"] and rows["photo"]["inputs"] == []


@pytest.mark.model
def test_the_default_model_is_described_again_alike_and_as_tensorflow_counts():
    import tensorflow as tf
    from tensorflow.python.framework import ops
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    from training import architecture as written

    loaded = model.load()
    kept = (model.folder(model.DEFAULT) / architecture.FILE).read_text("utf-8")
    assert written.text(loaded.network, loaded.sha256) == kept
    shape = tf.TensorSpec((1, *loaded.network.input_shape[1:]), tf.float32)
    call = tf.function(lambda photo: loaded.network(photo, training=False)).get_concrete_function(shape)
    graph = convert_variables_to_constants_v2(call).graph
    counted = sum(
        ops.get_stats_for_node_def(graph, operation.node_def, "flops").value
        for operation in graph.get_operations()
        if operation.type in ("Conv2D", "DepthwiseConv2dNative", "MatMul")
    )
    assert counted == architecture.read(model.DEFAULT).flops
