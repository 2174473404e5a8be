// devices: see devices.h.

#include "cas/devices.h"

#include "base/enc.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    DEVICES_NAME_MAX = 128,
    DEVICES_TEXT_MAX = 200,
    DEVICES_PRINTERS_MAX = 200,
    DEVICES_IDLE_S_LEAST = 5,
    DEVICES_IDLE_S_MOST = 3600,
    DEVICES_LONGEST_S_MOST = 24 * 3600,
};

// A name stands in addresses of pages and in frames of readers: no spaces, no slashes.
static bool devices_is_name(const char *text, size_t most)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return len > 0 && len <= most && text[len] == '\0' && text[0] != '.' && text[0] != '-';
}

static bool devices_sign_in(const Quoin__V1__Device *device, struct err *err)
{
    static const char *const ways[] = { "card",     "card+pin", "pin",
                                        "password", "ticket",   "release-key" };
    for (size_t at = 0; at < device->n_sign_in; at++) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
            is_known = is_known || strcmp(device->sign_in[at], ways[i]) == 0;
        }
        for (size_t i = 0; i < at; i++) {
            is_known = is_known && strcmp(device->sign_in[at], device->sign_in[i]) != 0;
        }
        if (!is_known) {
            return err_set(err, ERR_INVALID,
                           "\"%.40s\" is no way to sign in, or stands twice: card, card+pin, pin, "
                           "password, ticket, release-key",
                           device->sign_in[at]);
        }
    }
    return true;
}

static bool devices_times(const Quoin__V1__Device *device, struct err *err)
{
    uint32_t idle = device->idle_seconds == 0 ? 60 : device->idle_seconds;
    uint32_t longest = device->longest_seconds == 0 ? 600 : device->longest_seconds;
    if (idle < DEVICES_IDLE_S_LEAST || idle > DEVICES_IDLE_S_MOST) {
        return err_set(err, ERR_INVALID, "a session may idle %d to %d seconds",
                       DEVICES_IDLE_S_LEAST, DEVICES_IDLE_S_MOST);
    }
    return (longest >= idle && longest <= DEVICES_LONGEST_S_MOST) ||
           err_set(err, ERR_INVALID,
                   "a session lasts at least as long as it may idle, and at most %d seconds",
                   DEVICES_LONGEST_S_MOST);
}

static bool devices_reader(const Quoin__V1__Device *device, struct err *err)
{
    const char *address = device->reader_address;
    const char *at = strrchr(address, '@');
    struct in6_addr numeric;
    if (address[0] == '\0') {
        return true;
    }
    if (strncmp(address, "pcsc:", 5) == 0) {
        return (address[5] != '\0' && strlen(address) <= DEVICES_TEXT_MAX) ||
               err_set(err, ERR_INVALID, "pcsc: is followed by the reader's name");
    }
    char name[DEVICES_NAME_MAX + 1] = "";
    size_t len = at == NULL ? 0 : (size_t)(at - address);
    if (len == 0 || len > 63) {
        return err_set(err, ERR_INVALID,
                       "a reader is NAME@ADDRESS (its name in the frames and where it connects "
                       "from), or pcsc:READER");
    }
    memcpy(name, address, len);
    bool is_numeric =
        inet_pton(AF_INET, at + 1, &numeric) == 1 || inet_pton(AF_INET6, at + 1, &numeric) == 1;
    return (devices_is_name(name, 63) && is_numeric) ||
           err_set(err, ERR_INVALID,
                   "\"%.80s\" is no reader: its name has letters, digits, dots and dashes, its "
                   "address is numeric",
                   address);
}

static bool devices_texts(const Quoin__V1__Device *device, struct err *err)
{
    const char *const texts[] = { device->title, device->location, device->pull_group,
                                  device->reader };
    for (size_t at = 0; at < sizeof(texts) / sizeof(texts[0]); at++) {
        if (strlen(texts[at]) > DEVICES_TEXT_MAX || !enc_is_plain(str_of(texts[at]))) {
            return err_set(err, ERR_INVALID, "\"%.40s…\" is too long a text", texts[at]);
        }
    }
    if (device->language[0] != '\0' && !devices_is_name(device->language, 35)) {
        return err_set(err, ERR_INVALID, "\"%.40s\" is no language: en, de, pt-BR",
                       device->language);
    }
    return device->panel[0] == '\0' || devices_is_name(device->panel, 63) ||
           err_set(err, ERR_INVALID, "\"%.40s\" is no host of a panel application", device->panel);
}

bool cas_device_check(const char *name, const Quoin__V1__Device *device, struct err *err)
{
    if (!devices_is_name(name, DEVICES_NAME_MAX)) {
        return err_set(err, ERR_INVALID,
                       "a device's name has letters, digits, dots, dashes and underscores");
    }
    if (device->removed) {
        return err_set(err, ERR_INVALID, "a device is removed by removing the thing");
    }
    if (device->n_printers == 0 && device->pull_group[0] == '\0') {
        return err_set(err, ERR_INVALID, "a device releases to printers, or to a pull group");
    }
    if (device->n_printers > DEVICES_PRINTERS_MAX) {
        return err_set(err, ERR_LIMIT,
                       "a device has at most %d printers of its own; use a pull "
                       "group",
                       DEVICES_PRINTERS_MAX);
    }
    for (size_t at = 0; at < device->n_printers; at++) {
        if (device->printers[at][0] == '\0' || strlen(device->printers[at]) > DEVICES_TEXT_MAX) {
            return err_set(err, ERR_INVALID, "a printer without a name");
        }
    }
    return devices_sign_in(device, err) && devices_times(device, err) &&
           devices_reader(device, err) && devices_texts(device, err);
}
