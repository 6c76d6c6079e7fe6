// OpenAI's own client for Node: node openai.mjs PLACES.json RESULTS.jsonl NODE_FOLDER

import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const [placesFile, resultsFile, folder] = process.argv.slice(2);
const places = JSON.parse(readFileSync(placesFile, 'utf8'));
const require = createRequire(folder + '/');
const OpenAI = require('openai').default;
const version = JSON.parse(readFileSync(folder + '/node_modules/openai/package.json', 'utf8')).version;

const client = (place) =>
  new OpenAI({ baseURL: places[place], apiKey: 'not-a-secret', maxRetries: 0, timeout: 400_000 });
const fake = client('fake');
const ANSWER = 'The answer is 10.';
const messages = [{ role: 'user', content: 'What is 4 + 6?' }];
const parameters = {
  type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false,
};
const tool = { type: 'function', function: { name: 'weather', parameters } };
const responseTool = { type: 'function', name: 'weather', parameters, strict: true };

async function textOf(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? '';
  return text;
}

const seen = async () => (await fetch(places.behind + '/seen')).json();

async function untilLeft(before) {
  for (const end = Date.now() + 15_000; (await seen()).left <= before; ) {
    assert(Date.now() < end, 'the model server was still writing long after the client had hung up');
    await new Promise((wake) => setTimeout(wake, 200));
  }
}

const checks = {
  'models: list, retrieve': async () => {
    const names = [];
    for await (const model of fake.models.list()) names.push(model.id);
    assert(names.includes('pdr:4') && names.includes('fake'), String(names));
    assert.equal((await fake.models.retrieve('pdr:8,4')).id, 'pdr:8,4');
  },

  'chat: pdr:2, plain; withResponse': async () => {
    for (const model of ['pdr:2', 'fake']) {
      const { data, response } = await fake.chat.completions.create({ model, messages }).withResponse();
      assert.equal(data.choices[0].message.content, ANSWER);
      assert.equal(response.status, 200);
    }
  },

  'chat stream: pdr:2, plain; the helper stream()': async () => {
    for (const model of ['pdr:2', 'fake'])
      assert.equal(await textOf(await fake.chat.completions.create({ model, messages, stream: true })), ANSWER);
    const helper = fake.chat.completions.stream({ model: 'pdr:2', messages, stream_options: { include_usage: true } });
    assert.equal((await helper.finalChatCompletion()).choices[0].message.content, ANSWER);
    assert((await helper.totalUsage()).total_tokens > 0);
  },

  'completions: pdr:2, whole and streamed': async () => {
    const whole = await fake.completions.create({ model: 'pdr:2', prompt: 'Hi' });
    assert.equal(whole.choices[0].text, ANSWER);
    let text = '';
    for await (const chunk of await fake.completions.create({ model: 'pdr:2', prompt: 'Hi', stream: true }))
      text += chunk.choices[0].text;
    assert.equal(text, ANSWER);
  },

  'responses: whole, streamed, the helper stream()': async () => {
    const whole = await fake.responses.create({ model: 'pdr:2', input: 'Hi' });
    assert.equal(whole.output_text, ANSWER);
    let text = '';
    for await (const event of await fake.responses.create({ model: 'pdr:2', input: 'Hi', stream: true }))
      if (event.type === 'response.output_text.delta') text += event.delta;
    assert.equal(text, ANSWER);
    const final = await fake.responses.stream({ model: 'pdr:2', input: 'Hi' }).finalResponse();
    assert.equal(final.output_text, ANSWER);
  },

  'responses: a tool, its result, the answer; streamed': async () => {
    const asked = [{ role: 'user', content: 'Weather in Rome?' }];
    const reply = await fake.responses.create({ model: 'pdr:2', input: asked, tools: [responseTool] });
    const call = reply.output.find((item) => item.type === 'function_call');
    const result = { type: 'function_call_output', call_id: call.call_id, output: 'sunny' };
    const after = await fake.responses.create({
      model: 'pdr:2', input: [...asked, ...reply.output, result], tools: [responseTool],
    });
    assert.equal(after.output_text, 'The tool said: sunny');
    const stream = fake.responses.stream({ model: 'pdr:2', input: 'Weather?', tools: [responseTool] });
    assert.equal((await stream.finalResponse()).output.at(-1).name, 'weather');
  },

  'tools: call, result, answer; runTools()': async () => {
    const asked = [{ role: 'user', content: 'Weather in Rome?' }];
    const reply = (await fake.chat.completions.create({ model: 'pdr:2', messages: asked, tools: [tool] })).choices[0].message;
    const result = { role: 'tool', tool_call_id: reply.tool_calls[0].id, content: 'sunny' };
    const after = await fake.chat.completions.create({ model: 'pdr:2', messages: [...asked, reply, result], tools: [tool] });
    assert.equal(after.choices[0].message.content, 'The tool said: sunny');
    const run = { ...tool.function, parse: JSON.parse, function: ({ city }) => 'rain in ' + city };
    for (const stream of [false, true]) {
      const tools = [{ type: 'function', function: run }];
      const runner = fake.chat.completions.runTools({ model: 'pdr:2', messages: asked, stream, tools });
      assert.equal(await runner.finalContent(), 'The tool said: rain in ten');
    }
  },

  'JSON schema: parse()': async () => {
    const schema = { type: 'object', properties: { result: { type: 'integer' } }, required: ['result'] };
    const reply = await fake.chat.completions.parse({
      model: 'pdr:2', messages, response_format: { type: 'json_schema', json_schema: { name: 'sum', schema } },
    });
    assert.equal(JSON.parse(reply.choices[0].message.content).result, 10);
  },

  'errors: BadRequestError, NotFoundError': async () => {
    await assert.rejects(fake.chat.completions.create({ model: 'pdr:2', messages, n: 2 }), OpenAI.BadRequestError);
    await assert.rejects(fake.chat.completions.create({ model: 'missing', messages }), OpenAI.NotFoundError);
  },

  'abort: a stream in the middle, and an answer in one piece': async () => {
    for (const model of ['slow', 'pdr:2@slow']) {
      const { left } = await seen();
      const stream = await fake.chat.completions.create({ model, messages, stream: true });
      for await (const _ of stream) break;  // leaving the loop hangs up
      await untilLeft(left);
    }
    const { left } = await seen();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1500);
    await assert.rejects(fake.chat.completions.create({ model: 'pdr:2@slow', messages }, { signal: abort.signal }),
                         OpenAI.APIUserAbortError);
    await untilLeft(left);
  },

  'embeddings passed on': async () => {
    const reply = await fake.embeddings.create({ model: 'fake', input: 'hi', encoding_format: 'float' });
    assert.deepEqual(reply.data[0].embedding, [0.5, 0.25]);
  },

  'small model: chat with pdr:2, streamed': async () => {
    const request = { model: 'pdr:2', messages, max_tokens: 16, stream: true };
    assert(await textOf(await client('small').chat.completions.create(request)));
  },

  'in process: Countdown, whole and streamed': async () => {
    const request = { model: 'retort', messages: [{ role: 'user', content: 'Use 2, 9, 9, 14 to make 10' }] };
    assert((await client('local').chat.completions.create(request)).choices[0].message.content);
    assert(await textOf(await client('local').chat.completions.create({ ...request, stream: true })));
  },
};

for (const [what, check] of Object.entries(checks)) {
  const began = Date.now();
  let fault = null;
  try {
    await check();
  } catch (error) {
    fault = `${error.name}: ${error.message}`;
  }
  const took_s = (Date.now() - began) / 1000;
  appendFileSync(resultsFile, JSON.stringify({ client: 'openai (Node)', version, what, fault, took_s }) + '\n');
}
