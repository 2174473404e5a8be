// cli/uri: scheme "://" authority ["/" …], RFC 3986 3.2 without user information.
#include "cli/uri.h"

#include "base/num.h"

static bool copy(char *to, size_t size, struct str from)
{
    if (from.len == 0 || from.len >= size || memchr(from.ptr, '@', from.len) != NULL) {
        return false;
    }
    memcpy(to, from.ptr, from.len);
    to[from.len] = '\0';
    return true;
}

bool cli_address_read(struct str text, uint16_t otherwise, struct cli_uri *uri)
{
    struct str host = text;
    const char *after = text.ptr + text.len;
    if (text.len > 0 && text.ptr[0] == '[') {
        const char *close = memchr(text.ptr, ']', text.len);
        if (close == NULL) {
            return false;
        }
        host = (struct str){ text.ptr + 1, (size_t)(close - text.ptr - 1) };
        after = close + 1;
    } else {
        const char *colon = memchr(text.ptr, ':', text.len);
        if (colon != NULL) {
            host.len = (size_t)(colon - text.ptr);
            after = colon;
        }
    }
    struct str rest = { after, (size_t)(text.ptr + text.len - after) };
    uint64_t port = otherwise;
    if (rest.len > 0 &&
        (rest.ptr[0] != ':' ||
         !num_u64((struct str){ rest.ptr + 1, rest.len - 1 }, UINT16_MAX, &port) || port == 0)) {
        return false;
    }
    uri->scheme[0] = '\0';
    uri->port = (uint16_t)port;
    return copy(uri->host, sizeof(uri->host), host);
}

bool cli_uri_read(struct str text, struct cli_uri *uri)
{
    static const struct {
        const char *scheme;
        uint16_t port;
    } known[] = {
        { "ipp", 631 }, { "ipps", 631 }, { "http", 80 }, { "https", 443 }, { "socket", 9100 },
    };
    const char *mark = memmem(text.ptr, text.len, "://", 3);
    if (mark == NULL) {
        return false;
    }
    struct str scheme = { text.ptr, (size_t)(mark - text.ptr) };
    struct str rest = { mark + 3, (size_t)(text.ptr + text.len - mark - 3) };
    const char *slash = memchr(rest.ptr, '/', rest.len);
    if (slash != NULL) {
        rest.len = (size_t)(slash - rest.ptr);
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (str_eq(scheme, str_of(known[i].scheme))) {
            return cli_address_read(rest, known[i].port, uri) &&
                   copy(uri->scheme, sizeof(uri->scheme), scheme);
        }
    }
    return false;
}
