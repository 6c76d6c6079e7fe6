// Chat templates in the manner of common families, shortened to what is special about them.
#pragma once

namespace retort::testing {

// Adds a system message of its own.
inline constexpr const char* kOwnSystemTemplate =
    "{% for m in messages %}"
    "{% if loop.first and m.role != 'system' %}<|im_start|>system\nBe kind.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

// As Qwen3: takes the reasoning out of what the assistant wrote, and can be told not to think.
inline constexpr const char* kSwitchedThinkingTemplate =
    "{%- for message in messages %}"
    "{%- set text = message.content %}"
    "{%- if message.role == 'assistant' and '</think>' in text %}"
    "{%- set text = text.split('</think>')[-1].lstrip('\\n') %}"
    "{%- endif %}"
    "{{- '<|im_start|>' + message.role + '\\n' + text + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}"
    "{{- '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}"
    "{%- endif %}";

// As Llama 3: writes the beginning token and the date, trims contents.
inline constexpr const char* kDatedTemplate =
    "{{- bos_token }}"
    "{%- if messages[0]['role'] == 'system' %}"
    "{%- set system_message = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}"
    "{%- else %}{%- set system_message = '' %}{%- endif %}"
    "{{- '<|head|>system<|/head|>\\n\\nToday: ' + strftime_now('%d %b %Y') + '\\n\\n' + system_message + '<|eot|>' }}"
    "{%- for message in messages %}"
    "{{- '<|head|>' + message['role'] + '<|/head|>\\n\\n' + message['content'] | trim + '<|eot|>' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|head|>assistant<|/head|>\\n\\n' }}{%- endif %}";

// As Gemma: takes no system message, wants turns to alternate.
inline constexpr const char* kNoSystemTemplate =
    "{{ bos_token }}"
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system messages here') }}{% endif %}"
    "{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% "
    "endif %}"
    "{% if message['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif "
    "%}"
    "{{ '<turn>' + role + '\\n' + message['content'] | trim + '</turn>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<turn>model\\n' }}{% endif %}";

// As DeepSeek-R1: opens the reasoning itself.
inline constexpr const char* kOpenedThinkingTemplate =
    "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
    "{% set ns = namespace(system='') %}"
    "{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system = message['content'] %}{%- "
    "endif %}"
    "{%- endfor %}"
    "{{ bos_token }}{{ ns.system }}"
    "{%- for message in messages %}"
    "{%- if message['role'] == 'user' %}{{ '<|U|>' + message['content'] }}{%- endif %}"
    "{%- if message['role'] == 'assistant' %}"
    "{% set content = message['content'] %}"
    "{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}"
    "{{ '<|A|>' + content + eos_token }}"
    "{%- endif %}{%- endfor %}"
    "{% if add_generation_prompt %}{{ '<|A|><think>\\n' }}{% endif %}";

// As templates for images and text: contents are lists of parts.
inline constexpr const char* kPartsTemplate =
    "{% for m in messages %}{{ m.role }}: "
    "{% for part in m.content %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %};"
    "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

// Takes contents apart and puts them together again, without what stood between.
inline constexpr const char* kGluingTemplate =
    "{% for m in messages %}{{ m.content.split(' ') | join('_') }}{{ m.content | replace('~', '') | trim }}"
    "{{ m.content.split('|')[0] }}{% endfor %}<|im_end|>";

}  // namespace retort::testing
