// token: see token.h.

#include "svc/token.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/rnd.h"

static const char token_mark[] = "quoin1-";

void svc_token_new(struct svc_token *token)
{
    uint8_t id[SVC_TOKEN_ID_LEN / 2];
    OWN(buf_free) struct buf text = BUF_CAP(SVC_TOKEN_ID_LEN);
    rnd_bytes(id, sizeof(id));
    rnd_bytes(token->key, sizeof(token->key));
    enc_hex_add(&text, id, sizeof(id));
    memcpy(token->id, text.ptr, SVC_TOKEN_ID_LEN);
    token->id[SVC_TOKEN_ID_LEN] = '\0';
}

void svc_token_write(const struct svc_token *token, char text[static SVC_TOKEN_LEN + 1])
{
    OWN(buf_free) struct buf all = BUF_CAP(SVC_TOKEN_LEN);
    buf_addf(&all, "%s%s-", token_mark, token->id);
    enc_hex_add(&all, token->key, sizeof(token->key));
    memcpy(text, all.ptr, SVC_TOKEN_LEN);
    text[SVC_TOKEN_LEN] = '\0';
    mem_wipe(all.ptr, all.len);
}

static bool token_is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool svc_token_read(struct str text, struct svc_token *token, struct err *err)
{
    const size_t mark = sizeof(token_mark) - 1;
    uint8_t id[SVC_TOKEN_ID_LEN / 2];
    struct svc_token read = { .id = "" };
    while (text.len > 0 && token_is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    while (text.len > 0 && token_is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    const char *at = text.ptr + mark;
    if (text.len != SVC_TOKEN_LEN || memcmp(text.ptr, token_mark, mark) != 0 ||
        !enc_hex_read((struct str){ at, SVC_TOKEN_ID_LEN }, id, sizeof(id)) ||
        at[SVC_TOKEN_ID_LEN] != '-' ||
        !enc_hex_read((struct str){ at + SVC_TOKEN_ID_LEN + 1, 2 * SVC_TOKEN_KEY_LEN }, read.key,
                      sizeof(read.key))) {
        return err_set(err, ERR_INVALID,
                       "not a join token: it begins with \"%s\" and has %d characters", token_mark,
                       SVC_TOKEN_LEN);
    }
    memcpy(read.id, at, SVC_TOKEN_ID_LEN);
    *token = read;
    svc_token_wipe(&read);
    return true;
}

void svc_token_wipe(struct svc_token *token)
{
    mem_wipe(token, sizeof(*token));
}
