"""One Chinese word for one thing, the one that textbooks use: what the catalogue says, and what it never says."""

from __future__ import annotations

import re

import pytest

from imgcls.lessons import GLOSSARY
from tests.house import catalogue

#: English → Chinese, as the textbooks have it.
TERMS = {
    "Convolution": "卷积",
    "Kernel": "卷积核",
    "Stride": "步幅",
    "Padding": "填充",
    "Dilation": "空洞率",
    "Channel": "通道",
    "Feature map": "特征图",
    "Pooling": "池化",
    "Residual connection": "残差连接",
    "Batch normalisation": "批量归一化",
    "Moving average": "移动平均",
    "Transfer learning": "迁移学习",
    "Fine-tuning": "微调",
    "Imbalance": "类别不均衡",
    "Overfitting": "过拟合",
    "Epoch": "训练轮次",
    "Batch": "批次",
    "Batch size": "批量大小",
    "Learning rate": "学习率",
    "Cross-entropy": "交叉熵",
    "Vanishing gradient": "梯度消失",
    "Recall": "召回率",
    "Precision": "精确率",
    "Class precision": "精确率",
    "Numerical precision": "数值精度",
    "precision": "数值精度",
    "Accuracy": "准确率",
    "Balanced accuracy": "平衡准确率",
    "Calibration": "校准",
    "Early stopping": "早停",
    "Weight decay": "权重衰减",
    "Augmentation": "数据增强",
    "Class weight": "类别权重",
    "Dense layer": "全连接层",
    "activation": "激活值",
    "activation function": "激活函数",
    "step": "步数",
    "step length": "步长",
    "heatmap": "热力图",
    "head": "分类头",
    "body": "主干",
}

#: What is never said → what is said in its place.
NEVER = {
    r"图像(?!分类)": "图片",
    r"稀少": "稀有",
    r"离散度": "标准差",
    r"跳跃连接": "残差连接",
    r"不平衡|不均(?!衡)": "不均衡",
    r"主体": "主干",
    r"(?<!分类)头部": "分类头",
    r"批归一化|批标准化": "批量归一化",
    r"批大小": "批量大小",
    r"提前停止": "早停",
    r"滑动平均": "移动平均",
    r"正确率": "准确率",
    r"依据": "证据",
    r"瞎猜|乱猜": "随机猜测",
    r"查准率|查全率": "精确率, 召回率",
    r"热图|热度图": "热力图",
}


def translations() -> dict[str, str]:
    return {str(one.id): str(one.string) for one in catalogue.read() if one.id and one.string}


@pytest.mark.parametrize("english", TERMS)
def test_a_term_is_that_of_the_textbooks(english: str) -> None:
    assert translations()[english] == TERMS[english]


@pytest.mark.parametrize("never", NEVER)
def test_a_thing_has_one_name(never: str) -> None:
    wrong = [chinese for chinese in translations().values() if re.search(never, chinese)]
    assert not wrong, f"say {NEVER[never]}"


def test_no_two_words_of_the_glossary_have_one_chinese_title() -> None:
    known = translations()
    titles = [known[word.title] for word in GLOSSARY.values()]
    assert len(set(titles)) == len(titles)
