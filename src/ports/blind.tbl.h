// What a look may not see: PORTS_BLIND(NAME, name, what is not seen and how it would be).
PORTS_BLIND(PROCESSES, "processes",
            "the processes of other users: root sees them (CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH)")
PORTS_BLIND(SPACES, "namespaces",
            "ports in other network namespaces (containers): root sees them (CAP_SYS_ADMIN, "
            "CAP_SYS_PTRACE)")
PORTS_BLIND(TAPS, "taps", "packet sockets and their filters: root sees them (CAP_NET_ADMIN)")
PORTS_BLIND(FORWARDS, "forwards",
            "rules that take a port elsewhere (nftables, iptables, IPVS): root sees them "
            "(CAP_NET_ADMIN)")
PORTS_BLIND(BOUND, "bound",
            "TCP sockets that are bound and do not listen: kernels from 6.8 tell; a bind is tried "
            "instead")
PORTS_BLIND(CGROUPS, "cgroups",
            "the cgroup of sockets without a file (io_uring): needs cgroup 2 mounted")
PORTS_BLIND(KERNEL, "kernel",
            "code in the kernel (eBPF programs, modules) that takes packets before a socket does")
