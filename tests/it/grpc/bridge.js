// bridge.js - a gRPC client for the tests in Python, with a certificate of a role. One line of JSON in
// is a question, one line out an answer; several may be under way.
//
//   node bridge.js '{"port":N,"pki":"FOLDER","role":"web"}'
//   {"id":1,"call":"Sessions/SignIn","ask":{…},"wait":5000}   → {"id":1,"reply":{…}} or
//                                     {"id":1,"code":7,"text":"…","reasons":["…"]}
//   {"id":2,"call":"Sessions/Watch","ask":{…},"stream":true}  → {"id":2,"part":{…}} …, {"id":2,"end":true}
//   {"cancel":2}
//
// Keys are made where a request has a field for one and it is empty. Bytes are hex.
'use strict';
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');
const readline = require('readline');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const where = JSON.parse(process.argv[2]);
const protos = path.join(__dirname, '..', '..', '..', 'proto');
const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true, includeDirs: [protos] };
const files = fs.readdirSync(path.join(protos, 'quoin', 'v1')).map((name) => `quoin/v1/${name}`);
const api = grpc.loadPackageDefinition(loader.loadSync(files, options)).quoin.v1;
const refusals = grpc.loadPackageDefinition(
  loader.loadSync(['google/rpc/status.proto', 'quoin/v1/common.proto'], options));
const read = (name) => fs.readFileSync(path.join(where.pki, name));
const creds = grpc.credentials.createSsl(read('ca.crt'), read(`${where.role}.key`), read(`${where.role}.crt`));
const clients = {};
const streams = {};

const say = (line) => process.stdout.write(`${JSON.stringify(line, (name, value) =>
  (value !== null && value.type === 'Buffer' ? Buffer.from(value.data).toString('hex') : value))}\n`);

// The reasons stand in the details of google.rpc.Status; no more of protobuf is needed to read them.
function reasons(error) {
  const found = [];
  for (const bytes of error.metadata ? error.metadata.get('grpc-status-details-bin') : []) {
    const text = bytes.toString('latin1');
    const at = text.indexOf('quoin.v1.Refusal');
    let i = at < 0 ? bytes.length : at + 'quoin.v1.Refusal'.length;
    const length = () => { let n = 0; for (let s = 0; ; s += 7) { const b = bytes[i++]; n |= (b & 127) << s; if (b < 128) return n; } };
    if (i < bytes.length && bytes[i++] === 0x12) {
      const end = length() + i;
      while (i < end) {
        const tag = bytes[i++];
        const len = length();
        if (tag === 0x1a) found.push(bytes.subarray(i, i + len).toString());
        i += len;
      }
    }
  }
  return found;
}

function client(service) {
  clients[service] = clients[service] || new api[service](`127.0.0.1:${where.port}`, creds,
    { 'grpc.max_receive_message_length': 64 << 20 });
  return clients[service];
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  if (asked.cancel) {
    if (streams[asked.cancel]) streams[asked.cancel].cancel();
    return;
  }
  const [service, method] = asked.call.split('/');
  const request = { ...asked.ask };
  const kind = api[service].service[method].requestType.type;
  if (kind.field.some((one) => one.name === 'key' && one.number === 1)) {
    request.key = request.key ? Buffer.from(request.key, 'hex') : crypto.randomBytes(16);
  }
  if (typeof request.prepared === 'string') {
    request.prepared = Buffer.from(request.prepared, 'hex');
  }
  const fail = (error) => say({ id: asked.id, code: error.code, text: error.details, reasons: reasons(error) });
  if (asked.stream) {
    const stream = client(service)[method](request);
    streams[asked.id] = stream;
    stream.on('data', (part) => say({ id: asked.id, part }));
    stream.on('error', fail);
    stream.on('end', () => say({ id: asked.id, end: true }));
    return;
  }
  client(service)[method](request, { deadline: Date.now() + (asked.wait || 30000) }, (error, reply) =>
    (error ? fail(error) : say({ id: asked.id, reply })));
}).on('close', () => process.exit(0));
