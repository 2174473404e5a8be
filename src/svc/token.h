// token: the one-time join token of a second host, "quoin1-ID-KEY" in hex: ID is how TLS names the
// pre-shared key, KEY the key itself, which never travels. Pure.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    SVC_TOKEN_ID_LEN = 16, // hex digits
    SVC_TOKEN_KEY_LEN = 32,
    SVC_TOKEN_LEN = 7 + SVC_TOKEN_ID_LEN + 1 + 2 * SVC_TOKEN_KEY_LEN,
};

struct svc_token {
    char id[SVC_TOKEN_ID_LEN + 1];
    uint8_t key[SVC_TOKEN_KEY_LEN];
};

void svc_token_new(struct svc_token *token); // random
void svc_token_write(const struct svc_token *token, char text[static SVC_TOKEN_LEN + 1]);
// White space around it is not minded: it is pasted.
bool svc_token_read(struct str text, struct svc_token *token, struct err *err) CC_MUST_USE;
void svc_token_wipe(struct svc_token *token);
