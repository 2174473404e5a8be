// office: LibreOffice in a jail of its own. See reader.h.
// no unit test: tests/it/test_files.py converts with it.
//
// Landlock lets it read the system's programs and fonts and write to one folder; seccomp lets it
// start no process and open no socket but of this machine; where the kernel grants namespaces, it
// has no network and /tmp is that folder. It is given a minute by who starts it, and as much CPU
// time here.

#include "reader/reader.h"

#include "base/fs.h"
#include "jail/jail.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MIB = 1 << 20,
    OFFICE_MEMORY_MIB = 1024,
    OFFICE_SPACE_MIB = 6 * 1024,
    OFFICE_FILE_MIB = 256,
    OFFICE_CPU_S = 60,
    PATH_LEN = 512,
};

#define ITEM(path, name, value)                                                                    \
    "<item oor:path=\"/org.openoffice.Office." path "\"><prop oor:name=\"" name                    \
    "\" oor:op=\"fuse\"><value>" value "</value></prop></item>\n"

// No macro runs, whoever signed it; nothing that a document links to is fetched; nothing is asked.
static const char settings[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<oor:items xmlns:oor=\"http://openoffice.org/2001/registry\" "
    "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n" ITEM("Common/Security/Scripting",
                                                                      "MacroSecurityLevel", "3")
        ITEM("Common/Security/Scripting", "DisableMacrosExecution", "true")
            ITEM("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true")
                ITEM("Common/Security/Scripting", "DisableActiveContent", "true")
                    ITEM("Writer/Content/Update", "Link", "2")
                        ITEM("Calc/Content/Update", "Link", "2")
                            ITEM("Common/Misc", "FirstRun", "false") "</oor:items>\n";

static bool profile_put(const char *base, struct err *err)
{
    char path[PATH_LEN];
    (void)snprintf(path, sizeof(path), "%s/profile", base);
    bool there = access(path, F_OK) == 0; // of the first of two starts
    if (there || mkdir(path, S_IRWXU) == 0) {
        (void)snprintf(path, sizeof(path), "%s/profile/user", base);
        there = there || mkdir(path, S_IRWXU) == 0;
    }
    (void)snprintf(path, sizeof(path), "%s/profile/user/registrymodifications.xcu", base);
    if (!there || access(path, F_OK) == 0) {
        return there || err_set(err, ERR_UNAVAILABLE, "no profile can be made in %s", base);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool ok = fd >= 0 && write(fd, settings, sizeof(settings) - 1) == (ssize_t)sizeof(settings) - 1;
    if (fd >= 0) {
        (void)close(fd);
    }
    return ok || err_set(err, ERR_UNAVAILABLE, "no profile can be written in %s", base);
}

static bool become(const char *program, const char *folder, const char *ending, bool may_be_weak,
                   struct err *err)
{
    if (!jail_apart(folder)) {
        return err_set(err, ERR_UNAVAILABLE,
                       "this machine grants no namespaces, so LibreOffice cannot be kept apart");
    }
    static const char base[] = "/tmp"; // which is the folder now
    char profile[PATH_LEN];
    char out[PATH_LEN];
    char in[PATH_LEN];
    (void)snprintf(profile, sizeof(profile), "-env:UserInstallation=file://%s/profile", base);
    (void)snprintf(out, sizeof(out), "%s/out", base);
    (void)snprintf(in, sizeof(in), "%s/in.%s", base, ending);
    struct jail_limits limits = { .kind = JAIL_OFFICE,
                                  .memory_bytes = (uint64_t)OFFICE_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)OFFICE_SPACE_MIB * MIB,
                                  .file_bytes = (uint64_t)OFFICE_FILE_MIB * MIB,
                                  .cpu_s = OFFICE_CPU_S,
                                  .program = program,
                                  .folder = base,
                                  .may_be_weak = may_be_weak };
    const char *const args[] = { program,       "--headless",    "--invisible", "--nologo",
                                 "--norestore", "--nolockcheck", profile,       "--convert-to",
                                 "pdf",         "--outdir",      out,           in,
                                 NULL };
    char home[PATH_LEN];
    (void)snprintf(home, sizeof(home), "HOME=%s", base);
    const char *const environment[] = { home, "LANG=C.UTF-8", "SAL_USE_VCLPLUGIN=svp",
                                        "GSETTINGS_BACKEND=memory", NULL };
    if (chdir(base) != 0) {
        return err_set(err, ERR_UNAVAILABLE, "%s cannot be used", base);
    }
    return jail_lock(&limits, err) && profile_put(base, err) &&
           jail_exec_with(program, args, environment, err);
}

int reader_office(const char *program, const char *folder, const char *ending, bool may_be_weak)
{
    struct err err;
    if (become(program, folder, ending, may_be_weak, &err)) {
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "quoin-pdl: %s\n", err.text); // the status says it too
    return COUNT_NO_INTERPRETER;
}
