using System.Collections.Immutable;

namespace TaskVectors.Tokenizers;

/// <summary>The chat templates that a recipe can name. Each is written from the published description of its prompt format.</summary>
internal static class KnownChatTemplates
{
    private static readonly KnownChatTemplate[] Table =
    [
        new(
            "alpaca",
            "{% for message in messages %}"
            + "{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}"
            + "{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}"
            + "{% elif message['role'] == 'assistant' %}{{ '### Response:\\n' + message['content'] + '\\n\\n' }}{% endif %}"
            + "{% endfor %}"
            + "{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}",
            []),
        new(
            "chatml",
            "{% for message in messages %}"
            + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
            + "{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
            ["<|im_start|>", "<|im_end|>"]),
        new(
            "llama3",
            "{{ bos_token }}"
            + "{% for message in messages %}"
            + "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}"
            + "{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
            ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]),
        new(
            "mistral",
            "{{ bos_token }}"
            + "{% for message in messages %}"
            + "{% if message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}"
            + "{% else %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% endif %}"
            + "{% endfor %}",
            []),
    ];

    /// <summary>The names.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Table.Select(template => template.Name)];

    /// <summary>A template by its name.</summary>
    public static KnownChatTemplate? Find(string name) => Array.Find(Table, template => template.Name == name);
}
