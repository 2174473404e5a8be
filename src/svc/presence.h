// presence: the datagrams by which engines say that they are there. Pure.
//
//   "QPB1"  kind u8  0 u8  port u16  time u64  sequence u64  length u16  certificate (DER)
//   length u16  signature  0*
//
// Numbers are big-endian. kind: 1 presence, 2 probe (asks for an answer), 3 answer. time: ms since
// 1970-01-01 UTC. sequence grows with each datagram of a sender. The signature (ECDSA P-256,
// SHA-256, by the certificate's key) covers "quoin presence 1" and all bytes before its length. A
// probe is filled up with zeroes, so that the answer to it is never longer than it.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    PRESENCE_BYTES_MAX = 1200, // fits into one packet on every path
    PRESENCE_CERTIFICATE_MAX = 1024,
    PRESENCE_SIGNATURE_MAX = 72,
};

enum svc_presence_kind {
    PRESENCE_HERE = 1,
    PRESENCE_PROBE = 2,
    PRESENCE_ANSWER = 3,
};

struct svc_presence {
    enum svc_presence_kind kind;
    uint16_t port;
    int64_t time_ms;
    uint64_t sequence;
    struct str certificate; // borrowed from the datagram
    struct str signature;   // borrowed from the datagram; not of svc_presence_write's matter
    struct str covered;     // borrowed from the datagram: what is signed, without the words
};

// ERR_INVALID: not a datagram of this kind. Nothing is proven by reading it.
bool svc_presence_read(struct str bytes, struct svc_presence *presence,
                       struct err *err) CC_MUST_USE;

// Adds what is signed, without the words; then svc_presence_seal adds the signature and the
// filling.
void svc_presence_write(const struct svc_presence *presence, struct buf *bytes);
void svc_presence_seal(struct buf *bytes, struct str signature, bool fill);

// What the signature is made over: the words and the covered bytes.
void svc_presence_add_signed(struct str covered, struct buf *bytes);
