// cli/cmd_doctor: checks, one after the other; each says what it found and what to do.
// no unit test: looks at a machine and a running site; tests/it ask it in good and bad times
#include "base/clk.h"
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/status.h"
#include "cli/uri.h"
#include "crypto/cert.h"
#include "ports/ports.h"
#include "proto/dre.pb-c.h"
#include "proto/proofs.pb-c.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

enum {
    DISK_WARN_MIB = 1024,
    DISK_FAIL_MIB = 128,
    DAY_MS = 24 * 3600 * 1000,
    REACH_MS = 2000,
};

enum verdict { GOOD, WARN, FAIL, SKIP };

struct doctor {
    struct cli *cli;
    struct json json;
    struct cli_place place;
    bool has_site;
    bool up; // all engines serve
    unsigned warned;
    unsigned failed;
};

static void tell(struct doctor *doctor, const char *check, enum verdict verdict, const char *found,
                 const char *advice)
{
    static const char *const names[] = { "ok", "warning", "failed", "skipped" };
    static const enum cli_tone tones[] = { CLI_GOOD, CLI_WARN, CLI_BAD, CLI_FAINT };
    struct cli *cli = doctor->cli;
    doctor->warned += verdict == WARN;
    doctor->failed += verdict == FAIL;
    if (cli->json) {
        json_object(&doctor->json);
        json_text_field(&doctor->json, "check", check);
        json_text_field(&doctor->json, "verdict", names[verdict]);
        json_text_field(&doctor->json, "found", found);
        json_text_field(&doctor->json, "advice", advice);
        json_end(&doctor->json);
        return;
    }
    cli_say(cli, tones[verdict], "%-8s", names[verdict]);
    buf_addf(&cli->out, "%-22s %s\n", check, found);
    if (advice[0] != '\0' && verdict != GOOD) {
        buf_addf(&cli->out, "        %-22s -> %s\n", "", advice);
    }
}

static const char *said(struct doctor *doctor, const char *fmt, ...) CC_PRINTF(2, 3);
static const char *said(struct doctor *doctor, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    const char *kept = arena_text(&doctor->cli->arena, str_of(text));
    return kept != NULL ? kept : "";
}

// --- this machine -------------------------------------------------------------------------------

static void check_programs(struct doctor *doctor)
{
    static const char *const programs[] = { "quoin-cas", "quoin-dre", "quoin-dce", "quoin-dme",
                                            "quoin-pdl" };
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        const char *path = said(doctor, "%s/%s", cli_programs(doctor->cli), programs[i]);
        if (access(path, X_OK) != 0) {
            tell(doctor, "programs", FAIL, said(doctor, "%s cannot be run", path),
                 "build or install all of Quoin into one folder");
            return;
        }
    }
    if (access("/usr/bin/pdftoppm", X_OK) != 0) {
        tell(doctor, "programs", WARN,
             "pdftoppm is missing: pages that reading cannot judge are held",
             "apt-get install poppler-utils");
        return;
    }
    tell(doctor, "programs", GOOD, said(doctor, "all in %s", cli_programs(doctor->cli)), "");
}

static bool file_says(const char *path, const char *word)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct err ignored; // absent: it does not say so
    if (!fs_read(path, &text, &ignored) || text.len == 0) {
        return false;
    }
    return strstr(text.ptr, word) != NULL;
}

static void check_kernel(struct doctor *doctor)
{
    bool landlock = file_says("/sys/kernel/security/lsm", "landlock");
    bool seccomp = file_says("/proc/sys/kernel/seccomp/actions_avail", "kill_process");
    bool told = access("/sys/kernel/security/lsm", R_OK) == 0;
    if (seccomp && (landlock || !told)) {
        tell(doctor, "jail for documents", GOOD,
             landlock ? "the kernel has seccomp and Landlock"
                      : "the kernel has seccomp (whether Landlock is on cannot be seen from here)",
             "");
        return;
    }
    tell(doctor, "jail for documents", seccomp ? WARN : FAIL,
         said(doctor, "the kernel lacks %s%s%s", seccomp ? "" : "seccomp",
              !seccomp && !landlock ? " and " : "", landlock ? "" : "Landlock"),
         "use a kernel of 5.13 or later with both on (add lsm=landlock,... to its command line)");
}

static void check_clock(struct doctor *doctor)
{
    struct timex state = { .modes = 0 };
    int how = adjtimex(&state);
    if (how == TIME_ERROR || (how >= 0 && (state.status & STA_UNSYNC) != 0)) {
        tell(doctor, "clock", WARN, "no time service keeps this machine's clock right",
             "run systemd-timesyncd or chrony: certificates and bookings need the true time");
        return;
    }
    tell(doctor, "clock", how < 0 ? SKIP : GOOD,
         how < 0 ? "the kernel does not tell how right the clock is"
                 : "kept right by a time service",
         "");
}

// --- the data folder ----------------------------------------------------------------------------

static void check_folder(struct doctor *doctor)
{
    struct stat info;
    const char *data = doctor->cli->data;
    if (stat(data, &info) != 0) {
        tell(doctor, "data folder", FAIL, said(doctor, "%s: %s", data, strerror(errno)),
             said(doctor, "start a site: quoin up --data %s", data));
        return;
    }
    if (!S_ISDIR(info.st_mode) || access(data, R_OK | W_OK | X_OK) != 0) {
        tell(doctor, "data folder", FAIL, said(doctor, "%s is not a folder that you may use", data),
             "run as the user who started the site");
        return;
    }
    static const char *const secrets[] = { "pki/ca.key", "pki/admin.key", "pki/cas.key",
                                           "pki/dre.key" };
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        const char *path = cli_path(doctor->cli, secrets[i]);
        if (stat(path, &info) == 0 && (info.st_mode & 077) != 0) {
            tell(doctor, "data folder", FAIL, said(doctor, "others may read %s", path),
                 said(doctor, "chmod 600 %s, and think of the key as known", path));
            return;
        }
    }
    tell(doctor, "data folder", GOOD, said(doctor, "%s; keys are for its owner alone", data), "");
}

static void check_disk(struct doctor *doctor)
{
    struct statvfs disk;
    if (statvfs(doctor->cli->data, &disk) != 0) {
        tell(doctor, "disk", SKIP, "there is no data folder", "");
        return;
    }
    uint64_t free_mib = (uint64_t)disk.f_bavail * disk.f_frsize >> 20;
    enum verdict verdict = free_mib < DISK_FAIL_MIB ? FAIL : free_mib < DISK_WARN_MIB ? WARN : GOOD;
    tell(doctor, "disk", verdict, said(doctor, "%llu MiB free", (unsigned long long)free_mib),
         "make room: jobs are refused when nothing more can be written");
}

static void check_certificate(struct doctor *doctor, const char *name)
{
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    struct err err;
    const char *check = said(doctor, "certificate %s", name);
    const char *path = cli_path(doctor->cli, said(doctor, "pki/%s.crt", name));
    if (!fs_read(path, &pem, &err) || !crypto_cert_read_pem(buf_str(&pem), &cert, &err)) {
        tell(doctor, check, FAIL, said(doctor, "%s", err.text),
             said(doctor, "start the site: quoin up --data %s makes what is missing",
                  doctor->cli->data));
        return;
    }
    int64_t left_ms = crypto_cert_ends_at(cert) - clk_wall_ms();
    const char *until = cli_time(doctor->cli, crypto_cert_ends_at(cert));
    if (left_ms <= 0) {
        tell(doctor, check, FAIL, said(doctor, "ended %s", until),
             "start the site again: quoin up renews certificates; then look at the clock");
        return;
    }
    tell(doctor, check, left_ms < DAY_MS ? WARN : GOOD,
         said(doctor, "good until %s (%lld days)", until, (long long)(left_ms / DAY_MS)),
         "engines renew theirs by themselves while CAS answers; restart the site if they did not");
}

// --- the engines --------------------------------------------------------------------------------

static void check_database(struct doctor *doctor, const struct cli_engine_state *state)
{
    enum engine engine = state->engine;
    const char *check = said(doctor, "database of %s", engine_name(engine));
    if (engine != ENGINE_CAS && engine != ENGINE_DRE && engine != ENGINE_DME) {
        return; // it keeps nothing
    }
    if (state->reply->unready[0] != '\0') {
        tell(doctor, check, FAIL, state->reply->unready,
             said(doctor, "make room on its disk (df), then see %s/log/%s.log", doctor->cli->data,
                  engine_name(engine)));
        return;
    }
    // Whoever serves has read its settings back: it refuses to start otherwise.
    tell(doctor, check, GOOD, "WAL, synchronous=FULL and foreign keys, read back when it started",
         "");
}

static void check_engines(struct doctor *doctor)
{
    enum engine engines[ENGINE_COUNT];
    size_t count = cli_engines(&doctor->place, engines);
    doctor->up = true;
    for (size_t i = 0; i < count; i++) {
        struct cli_engine_state state;
        struct err err;
        const char *check = said(doctor, "engine %s", engine_name(engines[i]));
        if (!cli_engine_look(doctor->cli, engines[i], &state, &err)) {
            tell(doctor, check, FAIL, said(doctor, "%s", err.text), "");
            doctor->up = false;
        } else if (!state.up) {
            tell(doctor, check, FAIL,
                 state.why != NULL ? state.why : said(doctor, "it says \"%s\"", state.state),
                 said(doctor, "see %s/log/%s.log", doctor->cli->data, engine_name(engines[i])));
            doctor->up = false;
        } else {
            tell(doctor, check, GOOD,
                 said(doctor, "serves on port %u, pid %d, version %s", state.port, state.pid,
                      state.reply->version),
                 "");
            check_database(doctor, &state);
        }
    }
}

static void check_ports(struct doctor *doctor)
{
    struct ports_view *view = arena_new(&doctor->cli->arena, sizeof(*view));
    enum { COUNT = ENGINE_COUNT + 3 };
    uint16_t ports[COUNT];
    struct err err;
    for (int i = 0; i < ENGINE_COUNT; i++) {
        ports[i] = (uint16_t)(engine_port((enum engine)i) + doctor->place.port_offset);
    }
    ports[ENGINE_COUNT] = (uint16_t)(ENGINE_IPP_PORT + doctor->place.port_offset);
    ports[ENGINE_COUNT + 1] = (uint16_t)(ENGINE_WEB_PORT + doctor->place.port_offset);
    ports[ENGINE_COUNT + 2] = (uint16_t)(ENGINE_LPD_PORT + doctor->place.port_offset);
    if (view == NULL || !ports_look(ports, COUNT, view, &err)) {
        tell(doctor, "ports", SKIP, "the kernel does not tell", "");
        return;
    }
    for (size_t i = 0; i < view->count; i++) {
        const struct ports_holder *holder = &view->holders[i];
        const char *programs = said(doctor, "%s/quoin-", cli_programs(doctor->cli));
        if (holder->pid != 0 && strncmp(holder->program, programs, strlen(programs)) != 0) {
            char text[PORTS_TEXT_MAX];
            tell(doctor, "ports", FAIL,
                 said(doctor, "port %u is held by %s", holder->port,
                      ports_holder_text(holder, text)),
                 "quoin ports shows all of it; end it, or move the site with --port-offset");
            return;
        }
    }
    tell(doctor, "ports", GOOD, said(doctor, "nobody else holds one of %u ports", (unsigned)COUNT),
         "");
}

static void check_printer(struct doctor *doctor, const Quoin__V1__Printer *printer)
{
    struct cli_uri uri;
    struct err err;
    const char *check = said(doctor, "printer %s", printer->name);
    if (!cli_uri_read(str_of(printer->uri), &uri) ||
        !cli_reaches(doctor->cli, uri.host, uri.port, REACH_MS, &err)) {
        tell(doctor, check, WARN, said(doctor, "%s cannot be reached", printer->uri),
             "is it on, and is the address right? Jobs wait for it");
        return;
    }
    tell(doctor, check, GOOD,
         said(doctor, "%s, %s%s%s", printer->uri, printer->state,
              printer->message[0] != '\0' ? ": " : "", printer->message),
         "");
}

static void check_printers(struct doctor *doctor)
{
    Quoin__V1__ListPrintersRequest request = QUOIN__V1__LIST_PRINTERS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err err;
    request.limit = 500;
    if (!doctor->up || doctor->place.joined ||
        !cli_ask(doctor->cli, ENGINE_DRE, "/quoin.v1.Printers/ListPrinters", &request.base, &reply,
                 &err)) {
        tell(doctor, "printers", SKIP, "the engines do not answer", "");
        return;
    }
    const Quoin__V1__ListPrintersReply *page = (const Quoin__V1__ListPrintersReply *)reply;
    for (size_t i = 0; i < page->n_printers; i++) {
        check_printer(doctor, page->printers[i]);
    }
    if (page->n_printers == 0) {
        tell(doctor, "printers", WARN, "there are none",
             "quoin printer add NAME ipp://HOST/ipp/print");
    }
}

// What the print engine says of a ledger that is not its own.
static void check_ledger(struct doctor *doctor)
{
    Quoin__V1__GetWitnessRequest request = QUOIN__V1__GET_WITNESS_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    struct err err;
    if (!doctor->up || doctor->place.joined ||
        !cli_ask(doctor->cli, ENGINE_DRE, "/quoin.v1.Witness/GetWitness", &request.base, &reply,
                 &err)) {
        tell(doctor, "ledger", SKIP, "the engines do not answer", "");
        return;
    }
    const Quoin__V1__GetWitnessReply *witness = (const Quoin__V1__GetWitnessReply *)reply;
    if (witness->is_shortened) {
        tell(doctor, "ledger", FAIL,
             said(doctor, "dre was shown entry %lld, and the ledger does not hold it any more",
                  witness->head != NULL ? (long long)witness->head->sequence : 0),
             "stop charging, run quoin ledger verify, and look at the backups");
        return;
    }
    tell(doctor, "ledger", GOOD,
         said(doctor, "holds what dre was shown, up to entry %lld",
              witness->head != NULL ? (long long)witness->head->sequence : 0),
         "");
}

static void check_site(struct doctor *doctor)
{
    const struct cli_place *place = NULL;
    struct err err;
    if (!cli_site_open(doctor->cli, &place, &err)) {
        tell(doctor, "site", FAIL, said(doctor, "%s", err.text), "");
        return;
    }
    doctor->place = *place;
    check_certificate(doctor, "ca");
    if (place->joined) {
        check_certificate(doctor, place->role);
    } else {
        check_certificate(doctor, "cas");
        check_certificate(doctor, "dre");
        check_certificate(doctor, "dce");
        check_certificate(doctor, "dme");
        check_certificate(doctor, "admin");
    }
    check_engines(doctor);
    check_ports(doctor);
    check_printers(doctor);
    check_ledger(doctor);
}

bool cli_doctor(struct cli *cli, struct err *err)
{
    (void)err;
    struct doctor doctor = { .cli = cli, .json = json_to(&cli->out) };
    if (cli->json) {
        json_object(&doctor.json);
        json_key(&doctor.json, "checks");
        json_array(&doctor.json);
    }
    check_programs(&doctor);
    check_kernel(&doctor);
    check_clock(&doctor);
    check_folder(&doctor);
    check_disk(&doctor);
    check_site(&doctor);
    if (cli->json) {
        json_end(&doctor.json);
        json_int_field(&doctor.json, "warnings", doctor.warned);
        json_int_field(&doctor.json, "failures", doctor.failed);
        json_end(&doctor.json);
        buf_addf(&cli->out, "\n");
    } else {
        buf_addf(&cli->out, "%u warning%s, %u failure%s.\n", doctor.warned,
                 doctor.warned == 1 ? "" : "s", doctor.failed, doctor.failed == 1 ? "" : "s");
    }
    cli->exit = doctor.failed > 0 ? CLI_EXIT_FINDING : CLI_EXIT_OK;
    return true;
}
