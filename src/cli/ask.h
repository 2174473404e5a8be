// cli/ask: asks an engine of the site and waits for the answer. One loop a command, run only while
// a question is open. The asker is the local administrator, by the certificate in DIR/pki.
#pragma once

#include "cli/cli.h"
#include "cli/site.h"
#include "model/engine.h"
#include <protobuf-c/protobuf-c.h>

// *reply lives as long as cli. Errors say what to do next. wait_ms 0: the call's own deadline.
bool cli_ask(struct cli *cli, enum engine engine, const char *path, const ProtobufCMessage *request,
             const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;
bool cli_ask_within(struct cli *cli, enum engine engine, const char *path,
                    const ProtobufCMessage *request, uint64_t wait_ms,
                    const ProtobufCMessage **reply, struct err *err) CC_MUST_USE;

// Server streaming: part is called with each message, borrowed for the call.
bool cli_ask_parts(struct cli *cli, enum engine engine, const char *path,
                   const ProtobufCMessage *request,
                   void (*part)(void *arg, const ProtobufCMessage *message), void *arg,
                   struct err *err) CC_MUST_USE;

// The command's own loop; made when first needed, freed with the site.
struct net_loop;
struct net_loop *cli_loop(struct cli *cli);

// Waits without asking.
void cli_wait(struct cli *cli, uint64_t wait_ms);

// Can a connection be made? For printers. ERR_UNAVAILABLE: why not.
bool cli_reaches(struct cli *cli, const char *host, uint16_t port, uint64_t wait_ms,
                 struct err *err) CC_MUST_USE;

// 16 new random bytes in cli's arena: the key of a question that changes something.
ProtobufCBinaryData cli_key(struct cli *cli);

// A text for a request's field. protobuf-c's fields are not const; they are only read.
char *cli_field(const char *text);

// The place that the questions go to; read once.
bool cli_site_open(struct cli *cli, const struct cli_place **place, struct err *err) CC_MUST_USE;
void cli_site_close(struct cli_site **site);
