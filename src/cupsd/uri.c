// uri: see uri.h.
//
//   quoin-uri = "quoin:" [ "//" host [ ":" port ] ] "/" queue     (RFC 3986; queue is one segment)

#include "cupsd/uri.h"

#include "base/enc.h"
#include "base/num.h"
#include "model/engine.h"
#include <stdio.h>

static const char scheme[] = "quoin:";

static bool starts_with(struct str text, struct str start)
{
    return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0;
}

static struct str after(struct str text, size_t len)
{
    return (struct str){ text.ptr + len, text.len - len };
}

static bool put(char *to, size_t size, struct str text)
{
    if (text.len == 0 || text.len >= size) {
        return false;
    }
    memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
    return true;
}

static bool is_host(struct str host)
{
    for (size_t at = 0; at < host.len; at++) {
        char byte = host.ptr[at];
        bool word = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9');
        if (!word && byte != '-' && byte != '.' && byte != '_' && byte != ':') {
            return false;
        }
    }
    return host.len > 0;
}

// "host", "host:port", "[v6]:port"
static bool read_authority(struct str text, struct cupsd_uri *uri)
{
    struct str host = text;
    struct str port = STR("");
    bool has_port = false;
    if (text.len > 0 && text.ptr[0] == '[') {
        const char *end = memchr(text.ptr, ']', text.len);
        if (end == NULL) {
            return false;
        }
        host = (struct str){ text.ptr + 1, (size_t)(end - text.ptr) - 1 };
        struct str rest = after(text, host.len + 2);
        has_port = rest.len > 0;
        if (has_port && rest.ptr[0] != ':') {
            return false;
        }
        port = has_port ? after(rest, 1) : port;
    } else {
        const char *colon = memchr(text.ptr, ':', text.len);
        has_port = colon != NULL;
        host.len = has_port ? (size_t)(colon - text.ptr) : text.len;
        port = has_port ? after(text, host.len + 1) : port;
    }
    uint64_t number = uri->port;
    if (has_port && (!num_u64(port, UINT16_MAX, &number) || number == 0)) {
        return false;
    }
    uri->port = (uint16_t)number;
    return is_host(host) && put(uri->host, sizeof(uri->host), host);
}

static bool read_segment(struct str text, char *to, size_t size)
{
    size_t len = 0;
    for (size_t at = 0; at < text.len; at++) {
        char byte = text.ptr[at];
        uint64_t code = 0;
        if (byte == '%') {
            if (text.len - at < 3 ||
                !num_hex((struct str){ text.ptr + at + 1, 2 }, UINT8_MAX, &code)) {
                return false;
            }
            byte = (char)(unsigned char)code;
            at += 2;
        } else if (byte == '/' || byte == '?' || byte == '#') {
            return false;
        }
        if (len + 1 >= size) {
            return false;
        }
        to[len++] = byte;
    }
    to[len] = '\0';
    return len > 0 && enc_is_plain((struct str){ to, len });
}

bool cupsd_uri_is_ours(struct str text)
{
    return starts_with(text, str_of(scheme));
}

bool cupsd_uri_read(struct str text, struct cupsd_uri *uri, struct err *err)
{
    struct cupsd_uri found = { .host = "localhost", .port = ENGINE_IPP_PORT };
    struct str rest = text;
    bool good = cupsd_uri_is_ours(text);
    if (good) {
        rest = after(text, sizeof(scheme) - 1);
        if (starts_with(rest, STR("//"))) {
            rest = after(rest, 2);
            const char *slash = memchr(rest.ptr, '/', rest.len);
            size_t len = slash == NULL ? rest.len : (size_t)(slash - rest.ptr);
            good = slash != NULL && read_authority((struct str){ rest.ptr, len }, &found);
            rest = after(rest, len);
        }
        good = good && rest.len > 1 && rest.ptr[0] == '/' &&
               read_segment(after(rest, 1), found.queue, sizeof(found.queue));
    }
    if (!good) {
        return err_set(err, ERR_INVALID,
                       "\"%.*s\" is no address of ours: they are quoin://HOST:PORT/QUEUE",
                       text.len > 100 ? 100 : (int)text.len, text.ptr);
    }
    *uri = found;
    return true;
}

void cupsd_path_add(struct buf *path, struct str name)
{
    for (size_t at = 0; at < name.len; at++) {
        unsigned char byte = (unsigned char)name.ptr[at];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
                     byte == '~';
        if (plain) {
            buf_add(path, (struct str){ name.ptr + at, 1 });
        } else {
            buf_addf(path, "%%%02X", byte);
        }
    }
}

void cupsd_uri_write(const struct cupsd_uri *uri, struct buf *text)
{
    bool brackets = strchr(uri->host, ':') != NULL;
    buf_addf(text, "quoin://%s%s%s:%u/", brackets ? "[" : "", uri->host, brackets ? "]" : "",
             uri->port);
    cupsd_path_add(text, str_of(uri->queue));
}

bool cupsd_uri_is_fit(struct str text)
{
    const char *colon = memchr(text.ptr, ':', text.len);
    if (colon == NULL || colon == text.ptr || text.len > CUPSD_URI_MAX) {
        return false;
    }
    for (const char *at = text.ptr; at < colon; at++) {
        bool word = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                    (*at >= '0' && *at <= '9') || *at == '+' || *at == '-' || *at == '.';
        if (!word || (at == text.ptr && (*at == '.' || *at == '-' || *at == '+'))) {
            return false;
        }
    }
    for (size_t at = 0; at < text.len; at++) {
        unsigned char byte = (unsigned char)text.ptr[at];
        if (byte <= ' ' || byte >= 0x7f) {
            return false;
        }
    }
    return true;
}

void cupsd_uri_bare(struct str text, struct buf *bare)
{
    const char *start = memmem(text.ptr, text.len, "://", 3);
    if (start == NULL) {
        buf_add(bare, text);
        return;
    }
    struct str head = { text.ptr, (size_t)(start - text.ptr) + 3 };
    struct str rest = after(text, head.len);
    size_t len = 0;
    while (len < rest.len && rest.ptr[len] != '/') {
        len++;
    }
    const char *sign = len == 0 ? NULL : memrchr(rest.ptr, '@', len);
    buf_add(bare, head);
    buf_add(bare, sign == NULL ? rest : after(rest, (size_t)(sign - rest.ptr) + 1));
}

// CUPS: printable, without blanks, '/' and '#'; and we put it into lines and arguments.
bool cupsd_queue_is_fit(struct str name)
{
    if (name.len == 0 || name.len > CUPSD_QUEUE_MAX || name.ptr[0] == '-' || !enc_is_plain(name)) {
        return false;
    }
    for (size_t at = 0; at < name.len; at++) {
        if (memchr(" /#\\'\"?", name.ptr[at], 7) != NULL) {
            return false;
        }
    }
    return true;
}
