// uri: see uri.h.

#include "ippc/uri.h"

#include "base/num.h"

static bool take(struct str *rest, struct str word)
{
    if (rest->len < word.len || memcmp(rest->ptr, word.ptr, word.len) != 0) {
        return false;
    }
    rest->ptr += word.len;
    rest->len -= word.len;
    return true;
}

static bool is_host_byte(char byte, bool in_brackets)
{
    bool is_word = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                   (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.' || byte == '_';
    return is_word || (in_brackets && (byte == ':' || byte == '%'));
}

static bool read_host(struct str *rest, char *host, size_t size)
{
    bool in_brackets = take(rest, STR("["));
    size_t len = 0;
    while (len < rest->len && is_host_byte(rest->ptr[len], in_brackets)) {
        len++;
    }
    if (len == 0 || len >= size) {
        return false;
    }
    memcpy(host, rest->ptr, len);
    host[len] = '\0';
    *rest = (struct str){ rest->ptr + len, rest->len - len };
    return !in_brackets || take(rest, STR("]"));
}

static bool read_port(struct str *rest, uint16_t *port)
{
    if (!take(rest, STR(":"))) {
        return true;
    }
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] >= '0' && rest->ptr[len] <= '9') {
        len++;
    }
    uint64_t value = 0;
    if (!num_u64((struct str){ rest->ptr, len }, 65535, &value) || value == 0) {
        return false;
    }
    *port = (uint16_t)value;
    *rest = (struct str){ rest->ptr + len, rest->len - len };
    return true;
}

static bool read_path(struct str rest, struct ippc_uri *out)
{
    if (out->way == IPPC_RAW) {
        (void)take(&rest, STR("/"));
        out->pjl = take(&rest, STR("?pjl=1"));
        return rest.len == 0;
    }
    if (rest.len == 0) {
        rest = STR("/ipp/print");
    }
    if (rest.ptr[0] != '/' || rest.len >= sizeof(out->path)) {
        return false;
    }
    for (size_t at = 0; at < rest.len; at++) {
        if (rest.ptr[at] <= ' ' || rest.ptr[at] >= 127) {
            return false;
        }
    }
    memcpy(out->path, rest.ptr, rest.len);
    out->path[rest.len] = '\0';
    return true;
}

bool ippc_uri_read(struct str uri, struct ippc_uri *out, struct err *err)
{
    struct ippc_uri read = { .to.port = 631 };
    struct str rest = uri;
    if (take(&rest, STR("ipps://"))) {
        read.way = IPPC_IPPS;
    } else if (take(&rest, STR("ipp://"))) {
        read.way = IPPC_IPP;
    } else if (take(&rest, STR("socket://"))) {
        read.way = IPPC_RAW;
        read.to.port = 9100;
    } else {
        return err_set(err, ERR_INVALID,
                       "a printer's address begins with ipp://, ipps:// or socket://");
    }
    if (uri.len > IPPC_URI_MAX || !read_host(&rest, read.to.host, sizeof(read.to.host)) ||
        !read_port(&rest, &read.to.port) || !read_path(rest, &read)) {
        return err_set(err, ERR_INVALID,
                       "\"%.*s\" is not a printer's address: write ipp://HOST:PORT/PATH or "
                       "socket://HOST:PORT",
                       (int)(uri.len > 100 ? 100 : uri.len), uri.ptr);
    }
    *out = read;
    return true;
}

bool ippc_uri_check(struct str uri, struct err *err)
{
    struct ippc_uri read;
    return ippc_uri_read(uri, &read, err);
}
