// pcsc: see pcsc.h. The thread owns everything of PC/SC and reads only what was fixed at its start;
// what it tells goes by posting. Freeing asks it to end and waits for it, at most half a second.
//
// no unit test: needs pcscd and a reader; tests/it/test_reader.py plays cards on a virtual one.

#include "badge/pcsc.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <winscard.h>

enum {
    WAIT_MS = 400,
    AGAIN_MS = 1000,
    UID_BYTES_MAX = 64,
    NAMES_BYTES_MAX = 4096,
    TROUBLE_MAX = 160,
    // Where the reader's list itself changed; what pcsc-lite calls a plug-and-play notification.
    SLOTS = BADGE_PCSC_READERS_MAX + 1,
};

static const char pcsc_plugged[] = "\\\\?PnP?\\Notification";

struct badge_pcsc {
    struct net_loop *loop;
    struct net_pool *pool;   // owned; one thread
    struct net_timer *again; // owned
    void (*on_card)(void *arg, size_t which, struct str card);
    void (*on_trouble)(void *arg, struct str text);
    void *arg;
    size_t reader_count;
    char wanted[BADGE_PCSC_READERS_MAX][BADGE_PCSC_NAME_MAX + 1];
    _Atomic bool has_to_end;
    // The thread's.
    SCARDCONTEXT context;
    bool has_context;
    char names[SLOTS][BADGE_PCSC_NAME_MAX + 1]; // of pcscd's readers that are wanted
    size_t which[SLOTS];
    SCARD_READERSTATE states[SLOTS];
    size_t count; // with the notification, which is last
    char trouble[TROUBLE_MAX];
};

// --- told on the loop ---------------------------------------------------------------------------

struct told {
    struct badge_pcsc *pcsc;
    bool is_trouble;
    size_t which;
    size_t len;
    char text[2 * UID_BYTES_MAX + TROUBLE_MAX];
};

static void on_told(void *arg)
{
    struct told *told = arg;
    struct badge_pcsc *pcsc = told->pcsc;
    const struct str text = { told->text, told->len };
    if (pcsc->on_card != NULL && told->is_trouble) {
        pcsc->on_trouble(pcsc->arg, text);
    } else if (pcsc->on_card != NULL) {
        pcsc->on_card(pcsc->arg, told->which, text);
    }
    mem_wipe(told, sizeof(*told));
    free(told);
}

static void tell(struct badge_pcsc *pcsc, bool is_trouble, size_t which, struct str text)
{
    struct told *told = mem_new(sizeof(*told));
    told->pcsc = pcsc;
    told->is_trouble = is_trouble;
    told->which = which;
    told->len = text.len < sizeof(told->text) ? text.len : sizeof(told->text);
    memcpy(told->text, text.ptr, told->len);
    net_loop_post(pcsc->loop, on_told, told);
}

static void trouble(struct badge_pcsc *pcsc, const char *text)
{
    if (strcmp(pcsc->trouble, text) != 0) {
        (void)snprintf(pcsc->trouble, sizeof(pcsc->trouble), "%s", text);
        tell(pcsc, true, 0, str_of(pcsc->trouble));
    }
}

// --- the readers --------------------------------------------------------------------------------

static void leave(struct badge_pcsc *pcsc)
{
    if (pcsc->has_context) {
        (void)SCardReleaseContext(pcsc->context); // it may be gone with its pcscd
        pcsc->has_context = false;
    }
    pcsc->count = 0;
}

static void reader_add(struct badge_pcsc *pcsc, const char *name)
{
    for (size_t at = 0; at < pcsc->reader_count && pcsc->count < BADGE_PCSC_READERS_MAX; at++) {
        const char *wanted = pcsc->wanted[at];
        if (strncmp(name, wanted, strlen(wanted)) == 0 && strlen(name) <= BADGE_PCSC_NAME_MAX) {
            size_t slot = pcsc->count++;
            (void)snprintf(pcsc->names[slot], sizeof(pcsc->names[slot]), "%s", name);
            pcsc->which[slot] = at;
            pcsc->states[slot] = (SCARD_READERSTATE){ .szReader = pcsc->names[slot],
                                                      .dwCurrentState = SCARD_STATE_UNAWARE };
            tell(pcsc, false, at, STR(""));
            return;
        }
    }
}

static bool readers_list(struct badge_pcsc *pcsc)
{
    char names[NAMES_BYTES_MAX] = "";
    DWORD len = sizeof(names);
    LONG found = SCardListReaders(pcsc->context, NULL, names, &len);
    pcsc->count = 0;
    if (found != SCARD_S_SUCCESS && found != SCARD_E_NO_READERS_AVAILABLE) {
        trouble(pcsc, "pcscd does not tell its readers");
        return false;
    }
    names[sizeof(names) - 1] = '\0';
    const char *end = names + sizeof(names) - 1;
    for (const char *at = names; found == SCARD_S_SUCCESS && at < end && *at != '\0';
         at += strlen(at) + 1) {
        reader_add(pcsc, at);
    }
    trouble(pcsc, pcsc->count == 0 ? "pcscd has no reader of the configured names" : "");
    pcsc->states[pcsc->count] =
        (SCARD_READERSTATE){ .szReader = pcsc_plugged, .dwCurrentState = SCARD_STATE_UNAWARE };
    pcsc->count++;
    return true;
}

static bool enter(struct badge_pcsc *pcsc)
{
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &pcsc->context) != SCARD_S_SUCCESS) {
        trouble(pcsc, "pcscd does not run on this host");
        return false;
    }
    pcsc->has_context = true;
    return readers_list(pcsc);
}

// --- a card -------------------------------------------------------------------------------------

static void card_read(struct badge_pcsc *pcsc, size_t slot)
{
    static const uint8_t get_data[] = { 0xff, 0xca, 0x00, 0x00, 0x00 };
    OWN(buf_free) struct buf text = BUF_CAP(2 * UID_BYTES_MAX);
    uint8_t answer[UID_BYTES_MAX + 2];
    DWORD len = sizeof(answer);
    DWORD protocol = 0;
    SCARDHANDLE card;
    if (SCardConnect(pcsc->context, pcsc->names[slot], SCARD_SHARE_SHARED,
                     SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol) != SCARD_S_SUCCESS) {
        return; // it was taken away again
    }
    const SCARD_IO_REQUEST *send = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    LONG sent = SCardTransmit(card, send, get_data, sizeof(get_data), NULL, answer, &len);
    (void)SCardDisconnect(card, SCARD_LEAVE_CARD);
    bool good = sent == SCARD_S_SUCCESS && len > 2 && len <= sizeof(answer) &&
                answer[len - 2] == 0x90 && answer[len - 1] == 0x00;
    if (good) {
        enc_hex_add(&text, answer, len - 2);
        tell(pcsc, false, pcsc->which[slot], buf_str(&text));
        mem_wipe(text.ptr, text.len);
    } else {
        trouble(pcsc, "a card does not tell its number");
    }
    mem_wipe(answer, sizeof(answer));
}

// Whether a card that was not there is there now; the same card that lies there is one showing.
static void slot_look(struct badge_pcsc *pcsc, size_t slot)
{
    SCARD_READERSTATE *state = &pcsc->states[slot];
    bool was_there = (state->dwCurrentState & SCARD_STATE_PRESENT) != 0;
    bool is_there = (state->dwEventState & SCARD_STATE_PRESENT) != 0;
    // The high half counts what happened: away and back between two looks shows there.
    bool is_other = (state->dwCurrentState >> 16) != (state->dwEventState >> 16);
    bool is_mute = (state->dwEventState & SCARD_STATE_MUTE) != 0;
    bool is_new = is_there && !is_mute && (!was_there || is_other);
    state->dwCurrentState = state->dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
    if (is_new) {
        card_read(pcsc, slot);
    }
}

static bool wait_for_cards(struct badge_pcsc *pcsc)
{
    LONG waited = SCardGetStatusChange(pcsc->context, WAIT_MS, pcsc->states, (DWORD)pcsc->count);
    if (waited == SCARD_E_TIMEOUT) {
        return true;
    }
    if (waited != SCARD_S_SUCCESS) {
        return false;
    }
    for (size_t slot = 0; slot + 1 < pcsc->count; slot++) {
        if ((pcsc->states[slot].dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) !=
            0) {
            return readers_list(pcsc);
        }
        if ((pcsc->states[slot].dwEventState & SCARD_STATE_CHANGED) != 0) {
            slot_look(pcsc, slot);
        }
    }
    SCARD_READERSTATE *plugged = &pcsc->states[pcsc->count - 1];
    if ((plugged->dwEventState & SCARD_STATE_CHANGED) != 0) {
        return readers_list(pcsc);
    }
    return true;
}

static void work(void *arg)
{
    struct badge_pcsc *pcsc = arg;
    net_assert_worker();
    while (!pcsc->has_to_end) {
        bool good = (pcsc->has_context || enter(pcsc)) && wait_for_cards(pcsc);
        if (!good) {
            break;
        }
    }
    leave(pcsc);
}

// pcscd went away, or is not there: it is looked for again in a while.
static void done(void *arg)
{
    struct badge_pcsc *pcsc = arg;
    if (!pcsc->has_to_end) {
        net_timer_start(pcsc->again, AGAIN_MS);
    }
}

static void begin(void *arg)
{
    struct badge_pcsc *pcsc = arg;
    if (!net_pool_run(pcsc->pool, work, done, pcsc)) {
        trouble(pcsc, "no thread for the readers"); // cannot be: its queue is empty
    }
}

// --- the whole ----------------------------------------------------------------------------------

struct badge_pcsc *badge_pcsc_new(struct net_loop *loop, const struct badge_pcsc_settings *settings)
{
    struct badge_pcsc *pcsc = mem_new(sizeof(*pcsc));
    pcsc->loop = loop;
    pcsc->on_card = settings->on_card;
    pcsc->on_trouble = settings->on_trouble;
    pcsc->arg = settings->arg;
    for (size_t at = 0; at < settings->reader_count && at < BADGE_PCSC_READERS_MAX; at++) {
        (void)snprintf(pcsc->wanted[pcsc->reader_count++], BADGE_PCSC_NAME_MAX + 1, "%s",
                       settings->readers[at]);
    }
    pcsc->pool = net_pool_new(loop, 1);
    pcsc->again = net_timer_new(loop, begin, pcsc);
    begin(pcsc);
    return pcsc;
}

// What the thread posted last is still to come, and names the struct.
static void free_later(void *arg)
{
    struct badge_pcsc *pcsc = arg;
    mem_wipe(pcsc, sizeof(*pcsc));
    free(pcsc);
}

void badge_pcsc_free(struct badge_pcsc **at)
{
    struct badge_pcsc *pcsc = *at;
    if (pcsc == NULL) {
        return;
    }
    *at = NULL;
    pcsc->on_card = NULL;
    pcsc->has_to_end = true;
    net_pool_free(&pcsc->pool);
    net_timer_free(&pcsc->again);
    net_loop_post(pcsc->loop, free_later, pcsc);
}
