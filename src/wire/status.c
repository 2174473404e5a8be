// wire/status: see status.h. grpc-message is percent-encoded, "-bin" values are base64 without or
// with padding (gRPC over HTTP/2: Responses, Binary-Header).

#include "wire/status.h"

#include "base/enc.h"
#include "base/num.h"
#include "proto/common.pb-c.h"
#include "proto/status.pb-c.h"
#include "wire/unpack.h"
#include <stdint.h>
#include <stdio.h>

static const char status_refusal_url[] = "type.googleapis.com/quoin.v1.Refusal";
static const char *const status_no_reasons[] = { NULL };

enum wire_status wire_status_of(enum err_code code)
{
    switch (code) {
    case ERR_NONE: return WIRE_OK;
    case ERR_INVALID: return WIRE_INVALID_ARGUMENT;
    case ERR_NOT_FOUND: return WIRE_NOT_FOUND;
    case ERR_EXISTS: return WIRE_ALREADY_EXISTS;
    case ERR_DENIED: return WIRE_PERMISSION_DENIED;
    case ERR_LIMIT: return WIRE_RESOURCE_EXHAUSTED;
    case ERR_CONFLICT: return WIRE_ABORTED;
    case ERR_UNAVAILABLE: return WIRE_UNAVAILABLE;
    case ERR_TIMEOUT: return WIRE_DEADLINE_EXCEEDED;
    case ERR_INTERNAL: return WIRE_INTERNAL;
    }
    return WIRE_INTERNAL;
}

enum err_code wire_status_err(uint64_t status)
{
    switch (status) {
    case WIRE_OK: return ERR_NONE;
    case WIRE_INVALID_ARGUMENT:
    case WIRE_UNIMPLEMENTED: return ERR_INVALID;
    case WIRE_DEADLINE_EXCEEDED: return ERR_TIMEOUT;
    case WIRE_NOT_FOUND: return ERR_NOT_FOUND;
    case WIRE_ALREADY_EXISTS: return ERR_EXISTS;
    case WIRE_PERMISSION_DENIED:
    case WIRE_UNAUTHENTICATED: return ERR_DENIED;
    case WIRE_RESOURCE_EXHAUSTED: return ERR_LIMIT;
    case WIRE_ABORTED: return ERR_CONFLICT;
    case WIRE_CANCELLED:
    case WIRE_UNAVAILABLE: return ERR_UNAVAILABLE;
    default: return ERR_INTERNAL;
    }
}

// --- the encodings of header values -------------------------------------------------------------

static struct str status_percent(struct arena *arena, struct str text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_new_array(arena, text.len, 3);
    size_t len = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c >= 0x20 && c <= 0x7e && c != '%') {
            out[len++] = (char)c;
        } else {
            out[len++] = '%';
            out[len++] = digits[c >> 4];
            out[len++] = digits[c & 15];
        }
    }
    return (struct str){ out, len };
}

static struct str status_unpercent(struct arena *arena, struct str text)
{
    char *out = arena_new(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        uint64_t byte = 0;
        if (text.ptr[i] == '%' && text.len - i > 2 &&
            num_hex((struct str){ text.ptr + i + 1, 2 }, 255, &byte)) {
            out[len++] = (char)(uint8_t)byte;
            i += 2;
        } else {
            out[len++] = text.ptr[i];
        }
    }
    struct str run = { out == NULL ? "" : out, len };
    return enc_is_plain(run) ? run : STR("(a text that cannot be shown)");
}

// The text without the half character that a full struct err may end with.
static struct str status_plain(const struct err *err)
{
    struct str text = str_of(err->text);
    for (size_t cut = 0; cut < 4 && text.len > 0 && !enc_is_plain(text); cut++) {
        text.len--;
    }
    return enc_is_plain(text) ? text : STR("(a text that cannot be shown)");
}

// --- the details --------------------------------------------------------------------------------

static struct str status_pack(struct arena *arena, const ProtobufCMessage *message)
{
    uint8_t *out = arena_new(arena, protobuf_c_message_get_packed_size(message));
    return out == NULL ? (struct str){ "", 0 }
                       : (struct str){ (const char *)out, protobuf_c_message_pack(message, out) };
}

static struct str status_details(struct arena *arena, enum wire_status status,
                                 const struct err *err, const char *const *reasons)
{
    Quoin__V1__Refusal refusal = QUOIN__V1__REFUSAL__INIT;
    char *list[WIRE_REASONS_MAX];
    refusal.code = arena_text(arena, str_of(err_name(err->code)));
    refusal.text = arena_text(arena, status_plain(err));
    refusal.reasons = list;
    for (size_t i = 0; reasons != NULL && reasons[i] != NULL && i < WIRE_REASONS_MAX; i++) {
        list[refusal.n_reasons++] = arena_text(arena, str_of(reasons[i]));
    }
    if (!arena_ok(arena)) {
        return (struct str){ "", 0 };
    }
    struct str packed = status_pack(arena, &refusal.base);
    Google__Rpc__Any any = GOOGLE__RPC__ANY__INIT;
    Google__Rpc__Any *details[] = { &any };
    any.type_url = arena_text(arena, str_of(status_refusal_url));
    any.value = (ProtobufCBinaryData){ packed.len, (uint8_t *)(uintptr_t)packed.ptr };
    Google__Rpc__Status whole = GOOGLE__RPC__STATUS__INIT;
    whole.code = (int32_t)status;
    whole.message = refusal.text;
    whole.n_details = 1;
    whole.details = details;
    struct str bytes = status_pack(arena, &whole.base);
    OWN(buf_free) struct buf text = BUF_CAP(ENC_BASE64_LEN(bytes.len) + 1);
    enc_base64_add(&text, bytes.ptr, bytes.len);
    return arena_ok(arena) ? arena_copy(arena, buf_str(&text)) : (struct str){ "", 0 };
}

void wire_status_write(struct arena *arena, enum wire_status status, const struct err *err,
                       const char *const *reasons,
                       struct http2_field out[static WIRE_STATUS_FIELDS], size_t *count)
{
    static const char *const numbers[] = { "0", "1",  "2",  "3",  "4",  "5",  "6",  "7", "8",
                                           "9", "10", "11", "12", "13", "14", "15", "16" };
    out[0] = (struct http2_field){ STR("grpc-status"), str_of(numbers[status]) };
    *count = 1;
    if (status == WIRE_OK) {
        return;
    }
    struct str text = status_percent(arena, status_plain(err));
    if (arena_ok(arena)) {
        out[(*count)++] = (struct http2_field){ STR("grpc-message"), text };
        struct str details = status_details(arena, status, err, reasons);
        if (arena_ok(arena)) {
            out[(*count)++] = (struct http2_field){ STR("grpc-status-details-bin"), details };
        }
    }
}

static enum err_code status_code_named(const char *name, enum err_code otherwise)
{
    for (enum err_code code = ERR_INVALID; code <= ERR_INTERNAL; code++) {
        if (strcmp(name, err_name(code)) == 0) {
            return code;
        }
    }
    return otherwise;
}

static const Quoin__V1__Refusal *status_refusal(struct arena *arena, struct str details)
{
    struct err ignored;
    const ProtobufCMessage *message = NULL;
    size_t len = 0;
    char *bytes = arena_new(arena, details.len + 1);
    if (bytes == NULL || !enc_base64_read(details, bytes, &len) ||
        !wire_unpack(arena, &google__rpc__status__descriptor, (struct str){ bytes, len }, false,
                     &message, &ignored)) {
        return NULL;
    }
    const Google__Rpc__Status *status = (const Google__Rpc__Status *)message;
    for (size_t i = 0; i < status->n_details; i++) {
        const Google__Rpc__Any *any = status->details[i];
        struct str value = { (const char *)any->value.data, any->value.len };
        if (strcmp(any->type_url, status_refusal_url) == 0 &&
            wire_unpack(arena, &quoin__v1__refusal__descriptor, value, false, &message, &ignored)) {
            return (const Quoin__V1__Refusal *)message;
        }
    }
    return NULL;
}

void wire_status_read(struct arena *arena, struct str status, struct str text, struct str details,
                      struct err *err, const char *const **reasons)
{
    *reasons = status_no_reasons;
    *err = (struct err){ 0 };
    uint64_t number = 0;
    if (!num_u64(status, 1000, &number)) {
        err->code = ERR_INTERNAL;
        (void)snprintf(err->text, sizeof(err->text), "the answer has no valid grpc-status");
        return;
    }
    if (number == WIRE_OK) {
        return;
    }
    struct str shown = status_unpercent(arena, text);
    err->code = wire_status_err(number);
    (void)snprintf(err->text, sizeof(err->text), "%.*s", (int)shown.len, shown.ptr);
    const Quoin__V1__Refusal *refusal = details.len == 0 ? NULL : status_refusal(arena, details);
    if (refusal == NULL) {
        return;
    }
    err->code = status_code_named(refusal->code, err->code);
    (void)snprintf(err->text, sizeof(err->text), "%s", refusal->text);
    const char **list = arena_new_array(arena, refusal->n_reasons + 1, sizeof(char *));
    for (size_t i = 0; list != NULL && i < refusal->n_reasons; i++) {
        list[i] = refusal->reasons[i];
    }
    *reasons = list == NULL ? status_no_reasons : list;
}
