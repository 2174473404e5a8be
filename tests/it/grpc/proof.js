// proof.js - calls an engine with @grpc/grpc-js, a gRPC client that is not ours: with a certificate it
// gets answers, without one, with another site's, or in the wrong role it gets nothing.
//
//   node proof.js '{"port":N,"pki":"FOLDER","other":"FOLDER"}' [cas]
//
// FOLDER holds ca.crt and ROLE.crt, ROLE.key. With "cas" the engine is the real quoin-cas; without, it
// is tests/tools/wire_server.c, which can be asked for more. Prints TAP.
'use strict';
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const where = JSON.parse(process.argv[2]);
const real = process.argv[3] === 'cas';
const target = `127.0.0.1:${where.port}`;
const protos = path.join(__dirname, '..', '..', '..', 'proto');
const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
const load = (...files) =>
  grpc.loadPackageDefinition(loader.loadSync(files, { ...options, includeDirs: [protos] }));
const api = load('quoin/v1/cas.proto', 'quoin/v1/engine.proto').quoin.v1;
const health = load('grpc/health/v1/health.proto').grpc.health.v1;
const reflection = {
  v1: load('grpc/reflection/v1/reflection.proto').grpc.reflection.v1,
  v1alpha: load('grpc/reflection/v1alpha/reflection.proto').grpc.reflection.v1alpha,
};
const refusals = load('google/rpc/status.proto', 'quoin/v1/common.proto');

let count = 0;
let failed = 0;
function check(good, name) {
  count++;
  failed += good ? 0 : 1;
  console.log(`${good ? '' : 'not '}ok ${count} - ${name}`);
}

function credentials(folder, role) {
  const read = (name) => fs.readFileSync(path.join(folder, name));
  const ca = fs.readFileSync(path.join(where.pki, 'ca.crt'));
  return role === null ? grpc.credentials.createSsl(ca)
    : grpc.credentials.createSsl(ca, read(`${role}.key`), read(`${role}.crt`));
}

const open = [];
function client(service, creds) {
  const made = new service(target, creds);
  open.push(made);
  return made;
}

// One unary call: {reply} or {error}.
function call(of, method, request, wait_ms = 5000) {
  return new Promise((resolve) => {
    of[method](request, { deadline: Date.now() + wait_ms },
      (error, reply) => resolve({ error, reply }));
  });
}

function gather(stream) {
  return new Promise((resolve) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('error', (error) => resolve({ error, parts }));
    stream.on('end', () => resolve({ parts }));
  });
}

const key = () => crypto.randomBytes(16);
const code = (answer) => (answer.error ? answer.error.code : grpc.status.OK);

async function answers(admin) {
  const people = client(api.People, admin);
  const list = await call(people, 'ListPeople', {});
  check(code(list) === grpc.status.OK && Array.isArray(list.reply.people), 'admin lists people');
  const name = `p${Date.now()}`;
  const added = await call(people, 'AddPerson', { key: key(), name, balance: '1000000' });
  check(code(added) === grpc.status.OK && added.reply.name === name &&
    added.reply.balance === '1000000', 'admin adds a person');
  const keyless = await call(people, 'AddPerson', { name: `${name}x` });
  check(code(keyless) === grpc.status.INVALID_ARGUMENT, 'a change without a key is refused');
  const control = await call(people, 'GetPerson', { name: 'a\u0007b' });
  check(code(control) === grpc.status.INVALID_ARGUMENT, 'a control character is refused');
  const large = await call(people, 'GetPerson', { name: 'x'.repeat(2 << 20) });
  check(code(large) === grpc.status.RESOURCE_EXHAUSTED, 'a message of 2 MiB is refused');
  const many = await Promise.all(
    Array.from({ length: 500 }, () => call(people, 'ListPeople', {}, 20000)));
  check(many.every((one) => code(one) === grpc.status.OK), '500 calls at once are answered');
  const stray = new grpc.Client(target, admin);
  open.push(stray);
  const unknown = await new Promise((resolve) => {
    stray.makeUnaryRequest('/quoin.v1.People/Stray', (x) => x, (x) => x, Buffer.alloc(0),
      (error, reply) => resolve({ error, reply }));
  });
  check(code(unknown) === grpc.status.UNIMPLEMENTED, 'a call that is not there is unimplemented');
}

async function refusal(admin) {
  const charging = client(api.Charging, admin);
  const denied = await call(charging, 'Reserve', { key: key(), user: 'mary' });
  check(code(denied) === grpc.status.PERMISSION_DENIED, 'the admin may not reserve');
  if (real) {
    return;
  }
  const poor = await call(client(api.People, admin), 'GetPerson', { name: 'poor' });
  check(code(poor) === grpc.status.RESOURCE_EXHAUSTED &&
    poor.error.details === 'poor has 0.20 and this costs 0.30 \u20ac', 'a refusal has its sentence');
  const [bytes] = poor.error.metadata.get('grpc-status-details-bin');
  const type = (proto) => {
    const root = require('protobufjs').Root.fromJSON({ nested: {} });
    root.resolvePath = (from, to) => path.join(protos, to);
    return root.loadSync(proto.file).lookupType(proto.name);
  };
  const status = type({ file: 'google/rpc/status.proto', name: 'google.rpc.Status' }).decode(bytes);
  const inner = type({ file: 'quoin/v1/common.proto', name: 'quoin.v1.Refusal' })
    .decode(status.details[0].value);
  check(status.code === 8 && inner.code === 'limit' &&
    inner.reasons[0] === 'account-limit-reached', 'and its code and reasons in the details');
  const late = await call(client(api.People, admin), 'GetPerson', { name: 'never' }, 200);
  check(code(late) === grpc.status.DEADLINE_EXCEEDED, 'a deadline is kept');
  const cancelled = await new Promise((resolve) => {
    const one = client(api.People, admin).GetPerson({ name: 'never' },
      (error, reply) => resolve({ error, reply }));
    setImmediate(() => one.cancel());
  });
  check(code(cancelled) === grpc.status.CANCELLED, 'a call is cancelled');
}

async function streams(admin) {
  const verified = await gather(client(api.Ledger, admin).Verify({}));
  const last = verified.parts[verified.parts.length - 1];
  check(!verified.error && last && last.done && last.good, 'ledger verify streams to its end');
  check(real || verified.parts.length === 1000, 'all parts came');
}

async function healthy(admin) {
  const service = client(health.Health, admin);
  for (const name of ['', 'quoin.v1.People']) {
    const answer = await call(service, 'Check', { service: name });
    check(code(answer) === grpc.status.OK && answer.reply.status === 'SERVING',
      `health of "${name}" is SERVING`);
  }
  const none = await call(service, 'Check', { service: 'none' });
  check(code(none) === grpc.status.NOT_FOUND, 'health of what is not there is NOT_FOUND');
  const watch = service.Watch({ service: '' });
  const first = await new Promise((resolve) => {
    watch.on('data', resolve);
    watch.on('error', () => resolve(null));
  });
  check(first && first.status === 'SERVING', 'health is watched');
  watch.cancel();
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) {
    bytes.push((value % 128) | 128);
  }
  return Buffer.from([...bytes, value]);
}

// Learns the protocol from the engine alone, then calls with what it learnt.
async function reflected(admin, version) {
  const service = client(reflection[version].ServerReflection, admin);
  const stream = service.ServerReflectionInfo();
  const waiting = [];
  stream.on('data', (reply) => waiting.shift()(reply));
  stream.on('error', () => waiting.forEach((resolve) => resolve(null)));
  const ask = (request) => new Promise((resolve) => {
    waiting.push(resolve);
    stream.write(request);
  });
  const list = await ask({ list_services: '*' });
  const names = list.list_services_response.service.map((one) => one.name);
  check(names.includes('quoin.v1.People') && names.includes('grpc.health.v1.Health'),
    `reflection ${version} lists the services`);
  const none = await ask({ file_containing_symbol: 'quoin.v1.None' });
  check(none.error_response && none.error_response.error_code === 5,
    `reflection ${version} says what is not there`);
  const files = new Map();
  const wanted = [{ file_containing_symbol: 'quoin.v1.People' }];
  const { FileDescriptorProto } = require('protobufjs/ext/descriptor');
  while (wanted.length > 0) {
    const reply = await ask(wanted.pop());
    for (const bytes of reply.file_descriptor_response.file_descriptor_proto) {
      const file = FileDescriptorProto.decode(bytes);
      files.set(file.name, bytes);
      file.dependency.filter((name) => !files.has(name))
        .forEach((name) => wanted.push({ file_by_filename: name }));
    }
  }
  stream.end();
  const set = Buffer.concat([...files.values()].map((bytes) =>
    Buffer.concat([Buffer.from([10]), varint(bytes.length), bytes])));
  const learnt = grpc.loadPackageDefinition(
    loader.loadFileDescriptorSetFromBuffer(set, options)).quoin.v1;
  const answer = await call(client(learnt.People, admin), 'ListPeople', {});
  check(code(answer) === grpc.status.OK && Array.isArray(answer.reply.people),
    `what reflection ${version} taught is enough to call`);
}

async function nothing() {
  const rows = [
    ['without a certificate', credentials(where.pki, null), grpc.status.UNAVAILABLE],
    ['with another site\'s certificate', credentials(where.other, 'admin'),
      grpc.status.UNAVAILABLE],
    ['in the wrong role', credentials(where.pki, 'dre'), grpc.status.PERMISSION_DENIED],
    ['without TLS', grpc.credentials.createInsecure(), grpc.status.UNAVAILABLE],
  ];
  for (const [name, creds, want] of rows) {
    const answer = await call(client(api.People, creds), 'ListPeople', {}, 3000);
    check(code(answer) === want && !answer.reply, `${name} nothing is given`);
    if (want === grpc.status.UNAVAILABLE) {
      const check_health = await call(client(health.Health, creds), 'Check', { service: '' }, 3000);
      check(code(check_health) === want && !check_health.reply, `${name} not even health`);
    }
  }
}

async function main() {
  check(Boolean(refusals.google.rpc.Status), 'the protocol files load');
  const admin = credentials(where.pki, 'admin');
  await answers(admin);
  await refusal(admin);
  await streams(admin);
  await healthy(admin);
  await reflected(admin, 'v1');
  await reflected(admin, 'v1alpha');
  await nothing();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack}`);
  failed++;
}).finally(() => {
  open.forEach((one) => one.close());
  console.log(`1..${count}`);
  process.exit(failed === 0 ? 0 : 1);
});
