// readers: the card readers beside devices, as the devices name them: on the network by name and
// address, at this host by pcscd's name. A card that is read signs in at its device. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_reader.py shows cards.

#include "badge/network.h"
#include "badge/pcsc.h"
#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "dce/dce_int.h"

#include <stdio.h>
#include <stdlib.h>

enum { TROUBLE_EVERY_MS = 10000 };

struct dce_readers {
    struct badge_network *network;              // owned; NULL: no device has one
    struct badge_pcsc *pcsc;                    // owned; NULL: no device has one
    char *pcsc_names[BADGE_PCSC_READERS_MAX];   // owned
    char *pcsc_devices[BADGE_PCSC_READERS_MAX]; // owned
    size_t pcsc_count;
    uint64_t cards;
    int64_t told_ms;
};

// --- on the network -----------------------------------------------------------------------------

static struct dce_device *device_of(const struct dce *dce, struct str name, struct str address)
{
    for (size_t at = 0; at < dce->device_count; at++) {
        const char *wanted = dce->device_list[at]->told->reader_address;
        const char *from = strrchr(wanted, '@');
        if (from == NULL || strncmp(wanted, "pcsc:", 5) == 0) {
            continue;
        }
        const struct str is = { wanted, (size_t)(from - wanted) };
        if (str_eq(is, name) && str_eq(str_of(from + 1), address)) {
            return dce->device_list[at];
        }
    }
    return NULL;
}

static void seen(struct dce *dce, struct dce_device *device, const char *card, const char *address)
{
    device->reader_seen_at = clk_wall_ms();
    if (card[0] != '\0') {
        dce->readers->cards++;
        dce_card_read(dce, device, card, address);
    }
}

static bool on_frame(void *arg, struct str name, struct str address, struct str card)
{
    struct dce *dce = arg;
    struct dce_device *device = device_of(dce, name, address);
    char text[SESSION_CARD_MAX + 1];
    char from[64];
    (void)snprintf(from, sizeof(from), "%.*s", (int)address.len, address.ptr);
    if (device == NULL) {
        int64_t now = clk_mono_ms();
        if (now - dce->readers->told_ms > TROUBLE_EVERY_MS) {
            dce->readers->told_ms = now;
            log_event(LOG_WARNING, "reader.unexpected", log_str("name", name),
                      log_text("from", from));
        }
        return false;
    }
    (void)snprintf(text, sizeof(text), "%.*s", (int)card.len, card.ptr);
    seen(dce, device, text, from);
    mem_wipe(text, sizeof(text));
    return true;
}

static bool has_network(const struct dce *dce)
{
    for (size_t at = 0; at < dce->device_count; at++) {
        const char *address = dce->device_list[at]->told->reader_address;
        if (address[0] != '\0' && strncmp(address, "pcsc:", 5) != 0) {
            return true;
        }
    }
    return false;
}

static void network_follow(struct dce *dce)
{
    struct dce_readers *readers = dce->readers;
    bool wanted = has_network(dce);
    if (!wanted) {
        badge_network_free(&readers->network);
        return;
    }
    if (readers->network != NULL) {
        return;
    }
    const struct svc_settings *settings = svc_settings(dce->svc);
    struct badge_network_settings made = {
        .host = settings->listen, .port = settings->reader_port, .on_frame = on_frame, .arg = dce
    };
    struct err err;
    if (made.port == 0) {
        made.port = (uint16_t)(ENGINE_READER_PORT + settings->port_offset);
    }
    if (!badge_network_new(dce->loop, &made, &readers->network, &err)) {
        log_event(LOG_ERROR, "readers.not-heard", log_text("why", err.text),
                  log_int("port", made.port));
        return;
    }
    log_event(LOG_INFO, "readers.heard", log_int("port", badge_network_port(readers->network)));
}

// --- at this host -------------------------------------------------------------------------------

static void on_pcsc(void *arg, size_t which, struct str card)
{
    struct dce *dce = arg;
    char text[SESSION_CARD_MAX + 1];
    struct dce_device *device = which < dce->readers->pcsc_count
                                    ? dce_device_find(dce, dce->readers->pcsc_devices[which])
                                    : NULL;
    if (device != NULL) {
        (void)snprintf(text, sizeof(text), "%.*s", (int)card.len, card.ptr);
        seen(dce, device, text, "");
        mem_wipe(text, sizeof(text));
    }
}

static void on_pcsc_trouble(void *arg, struct str text)
{
    (void)arg;
    if (text.len > 0) {
        log_event(LOG_WARNING, "readers.pcsc", log_str("why", text));
    } else {
        log_event(LOG_INFO, "readers.pcsc", log_text("what", "heard"));
    }
}

static void pcsc_drop(struct dce_readers *readers)
{
    badge_pcsc_free(&readers->pcsc);
    for (size_t at = 0; at < readers->pcsc_count; at++) {
        free(readers->pcsc_names[at]);
        free(readers->pcsc_devices[at]);
    }
    readers->pcsc_count = 0;
}

static char *text_new(const char *text)
{
    size_t len = strlen(text);
    char *made = mem_new(len + 1);
    memcpy(made, text, len);
    return made;
}

// Whether the devices name just the readers that are heard.
static bool pcsc_is_same(const struct dce *dce)
{
    const struct dce_readers *readers = dce->readers;
    size_t count = 0;
    for (size_t at = 0; at < dce->device_count; at++) {
        const struct dce_device *device = dce->device_list[at];
        if (strncmp(device->told->reader_address, "pcsc:", 5) != 0) {
            continue;
        }
        if (count >= readers->pcsc_count ||
            strcmp(readers->pcsc_names[count], device->told->reader_address + 5) != 0 ||
            strcmp(readers->pcsc_devices[count], device->name) != 0) {
            return false;
        }
        count++;
    }
    return count == readers->pcsc_count;
}

static void pcsc_follow(struct dce *dce)
{
    struct dce_readers *readers = dce->readers;
    if (pcsc_is_same(dce)) {
        return;
    }
    pcsc_drop(readers);
    for (size_t at = 0; at < dce->device_count; at++) {
        const struct dce_device *device = dce->device_list[at];
        if (strncmp(device->told->reader_address, "pcsc:", 5) == 0 &&
            readers->pcsc_count < BADGE_PCSC_READERS_MAX) {
            readers->pcsc_names[readers->pcsc_count] = text_new(device->told->reader_address + 5);
            readers->pcsc_devices[readers->pcsc_count++] = text_new(device->name);
        }
    }
    if (readers->pcsc_count > 0) {
        const struct badge_pcsc_settings settings = {
            .readers = (const char *const *)readers->pcsc_names,
            .reader_count = readers->pcsc_count,
            .on_card = on_pcsc,
            .on_trouble = on_pcsc_trouble,
            .arg = dce,
        };
        readers->pcsc = badge_pcsc_new(dce->loop, &settings);
    }
}

// --- the whole ----------------------------------------------------------------------------------

void dce_readers_follow(struct dce *dce)
{
    if (dce->readers == NULL) {
        dce->readers = mem_new(sizeof(*dce->readers));
    }
    network_follow(dce);
    pcsc_follow(dce);
}

void dce_readers_fini(struct dce *dce)
{
    if (dce->readers != NULL) {
        badge_network_free(&dce->readers->network);
        pcsc_drop(dce->readers);
        free(dce->readers);
        dce->readers = NULL;
    }
}

void dce_readers_count(const struct dce *dce, struct svc_counts *counts)
{
    if (dce->readers == NULL || dce->readers->network == NULL) {
        return;
    }
    const struct badge_network_counts network = badge_network_counts(dce->readers->network);
    svc_count(counts, "cards.read", (int64_t)dce->readers->cards);
    svc_count(counts, "readers.connected", (int64_t)network.open);
    svc_count(counts, "readers.garbage", (int64_t)network.garbage);
    svc_count(counts, "readers.slow", (int64_t)network.slow);
    svc_count(counts, "readers.unexpected", (int64_t)network.unexpected);
    svc_count(counts, "readers.crowded", (int64_t)network.crowded);
}
