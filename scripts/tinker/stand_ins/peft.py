"""Instead of peft, which needs PyTorch: the one class that the JAX backend uses, to write adapter_config.json."""

import json
import pathlib


class LoraConfig:
    def __init__(self, **settings):
        self.settings = settings

    def save_pretrained(self, folder):
        text = json.dumps({"peft_type": "LORA", **self.settings}, indent=2)
        pathlib.Path(folder, "adapter_config.json").write_text(text, encoding="utf-8")
