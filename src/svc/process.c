// process: see process.h. Reads /proc/self: nothing there waits for a disk.
//
// no unit test: its numbers are the kernel's; tests/it/test_metrics.py holds them against /proc.

#include "svc/process.h"

#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

// The second number of /proc/self/statm is what is resident, in pages.
static int64_t statm_bytes(size_t which)
{
    OWN(buf_free) struct buf text = BUF_CAP(512);
    struct err unheard; // it is not there: 0
    if (!fs_read("/proc/self/statm", &text, &unheard)) {
        return 0;
    }
    struct str rest = buf_str(&text);
    for (size_t at = 0;; at++) {
        size_t len = 0;
        uint64_t number = 0;
        while (len < rest.len && rest.ptr[len] >= '0' && rest.ptr[len] <= '9') {
            len++;
        }
        if (!num_u64((struct str){ rest.ptr, len }, INT64_MAX, &number)) {
            return 0;
        }
        if (at == which) {
            return (int64_t)number * sysconf(_SC_PAGESIZE);
        }
        rest = (struct str){ rest.ptr + len + 1, rest.len > len ? rest.len - len - 1 : 0 };
    }
}

static int64_t open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -3; // ".", ".." and the folder itself
    if (folder == NULL) {
        return 0;
    }
    while (readdir(folder) != NULL) {
        count++;
    }
    (void)closedir(folder);
    return count;
}

void svc_process_measure(struct svc_metrics *metrics)
{
    struct rusage usage = { 0 };
    struct rlimit files = { 0 };
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &files);
    svc_metrics_family(metrics, SVC_COUNTER, "process_cpu_seconds_total",
                       "Processor time that the process used.");
    svc_metrics_real(metrics, NULL,
                     (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    svc_metrics_gauge(metrics, "process_resident_memory_bytes", "Memory that is resident.",
                      statm_bytes(1));
    svc_metrics_gauge(metrics, "process_virtual_memory_bytes", "Memory that is mapped.",
                      statm_bytes(0));
    svc_metrics_gauge(metrics, "process_open_fds", "Files and sockets that are open.",
                      open_files());
    svc_metrics_gauge(metrics, "process_max_fds", "How many may be open.",
                      files.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)files.rlim_cur);
}
