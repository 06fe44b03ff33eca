# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_packetbeat_global_optspecs
    string join \n I= i/interface= N t replay O l= dump= filter= from= to= summary= workers= httpprof= cpuprofile= memprofile= c/c= E= e d= v environment= path.home= path.config= path.data= path.logs= strict.perms= h/help V/version
end

function __fish_packetbeat_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_packetbeat_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_packetbeat_using_subcommand
    set -l cmd (__fish_packetbeat_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c packetbeat -n "__fish_packetbeat_needs_command" -s I -d 'Read packets from this capture (pcap or pcapng; plain, gzip, zstd or lz4). `-` is standard input. May be given several times' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s i -l interface -d 'Capture from this interface (a name or number of `packetbeat devices`, `any`, `default_route`): packetbeat.interfaces.device (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s l -d 'Read files this many times; 0 is until it is interrupted' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l dump -d 'Write the packets that were analysed to PREFIX-YYYYMMDDhhmmss.pcap' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l filter -d 'Analyse only packets that this filter matches, in libpcap\'s language: \'host 10.0.0.1 and tcp port 80\' (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l from -d 'Analyse only packets from this time on: 2026-11-21T10:00:00Z, \'2026-11-21 10:00\' in local time, seconds since 1970, or +10m from the capture\'s first packet (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l to -d 'Analyse only packets before this time (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l summary -d 'Write the ledger of the run to this file, as JSON (ours)' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l workers -d 'Number of workers: packetbeat.workers (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l httpprof -d 'Serve the pages of http.enabled on this address, profiles included, such as localhost:6060' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l cpuprofile -d 'Write a CPU profile of the run to this file, as pprof reads it' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l memprofile -d 'Accepted for Packetbeat\'s sake, with a warning: there is no profile of memory' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s N -d 'Publish nothing over the network: transactions go to standard output unless a file or the console is configured'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s t -d 'Read files as fast as possible. Accepted for Packetbeat\'s sake: they are read so unless --replay asks otherwise'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -l replay -d 'Read files at the pace at which they were captured, with the capture\'s own timestamps (ours)'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s O -d 'Read one packet at a time; the return key asks for the next'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -s V -l version -d 'Print version'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "run" -d 'Read packets and write their transactions; the same as no command'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "devices" -d 'List the devices that packets can be captured from'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "test" -d 'Try the configuration or the output'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "setup" -d 'Prepare what the output needs: index templates, policies, dashboards'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "export" -d 'Print the configuration, an index template, the fields, a policy or a dashboard'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "keystore" -d 'Keep secrets that the configuration names as ${KEY}'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "version" -d 'Print the version'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "completion" -d 'Print what a shell needs to complete commands and flags'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "man" -d 'Print the manual page, or write those of all commands to a folder (ours)'
complete -c packetbeat -n "__fish_packetbeat_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s I -d 'Read packets from this capture (pcap or pcapng; plain, gzip, zstd or lz4). `-` is standard input. May be given several times' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s i -l interface -d 'Capture from this interface (a name or number of `packetbeat devices`, `any`, `default_route`): packetbeat.interfaces.device (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s l -d 'Read files this many times; 0 is until it is interrupted' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l dump -d 'Write the packets that were analysed to PREFIX-YYYYMMDDhhmmss.pcap' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l filter -d 'Analyse only packets that this filter matches, in libpcap\'s language: \'host 10.0.0.1 and tcp port 80\' (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l from -d 'Analyse only packets from this time on: 2026-11-21T10:00:00Z, \'2026-11-21 10:00\' in local time, seconds since 1970, or +10m from the capture\'s first packet (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l to -d 'Analyse only packets before this time (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l summary -d 'Write the ledger of the run to this file, as JSON (ours)' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l workers -d 'Number of workers: packetbeat.workers (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l httpprof -d 'Serve the pages of http.enabled on this address, profiles included, such as localhost:6060' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l cpuprofile -d 'Write a CPU profile of the run to this file, as pprof reads it' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l memprofile -d 'Accepted for Packetbeat\'s sake, with a warning: there is no profile of memory' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s N -d 'Publish nothing over the network: transactions go to standard output unless a file or the console is configured'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s t -d 'Read files as fast as possible. Accepted for Packetbeat\'s sake: they are read so unless --replay asks otherwise'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -l replay -d 'Read files at the pace at which they were captured, with the capture\'s own timestamps (ours)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s O -d 'Read one packet at a time; the return key asks for the next'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand devices" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -f -a "config" -d 'Check the configuration: everything that is wrong, at once'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -f -a "output" -d 'Open the output, and say step by step what works'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and not __fish_seen_subcommand_from config output help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from output" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from help" -f -a "config" -d 'Check the configuration: everything that is wrong, at once'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from help" -f -a "output" -d 'Open the output, and say step by step what works'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand test; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l index-management -d 'Index template, policy and data stream'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l dashboards -d 'Dashboards'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l pipelines -d 'Ingest pipelines'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l enable-all-filesets -d 'Accepted for the sake of other Beats; there are no modules here'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -l force-enable-module-filesets -d 'Accepted for the sake of other Beats; there are no modules here'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand setup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -f -a "config" -d 'The complete configuration that a run would use'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -f -a "template" -d 'The index template'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -f -a "fields" -d 'Every field that an event may have, as fields.yml (ours)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -f -a "ilm-policy" -d 'The index lifecycle policy'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -f -a "index-pattern" -d 'The index pattern, as a saved object of Kibana'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -f -a "dashboard" -d 'A dashboard, as saved objects of Kibana'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and not __fish_seen_subcommand_from config template fields ilm-policy index-pattern dashboard help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l es.version -d 'The server\'s version' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l dir -d 'Write it to a file in this folder instead of standard output' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l opensearch.version -d 'For OpenSearch of this version instead of Elasticsearch (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l without -d 'For a server that lacks these field types, as some builds do: nearby types take their place (ours)' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l noilm -d 'Without a lifecycle policy'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -l strict -d 'For tests: refuse events with fields that nobody declared (ours)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from template" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from fields" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l es.version -d 'The server\'s version' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l dir -d 'Write it to a file in this folder instead of standard output' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -l noilm -d 'Without a lifecycle policy'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from ilm-policy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l es.version -d 'The server\'s version' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l dir -d 'Write it to a file in this folder instead of standard output' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -l noilm -d 'Without a lifecycle policy'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from index-pattern" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l id -d 'The dashboard\'s id; without it, all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l yml -d 'A list of dashboards: a YAML file with `dashboards: [{id: …, file: …}]`' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l folder -d 'Write each to a file in this folder instead of standard output' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from dashboard" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from help" -f -a "config" -d 'The complete configuration that a run would use'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from help" -f -a "template" -d 'The index template'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from help" -f -a "fields" -d 'Every field that an event may have, as fields.yml (ours)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from help" -f -a "ilm-policy" -d 'The index lifecycle policy'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from help" -f -a "index-pattern" -d 'The index pattern, as a saved object of Kibana'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from help" -f -a "dashboard" -d 'A dashboard, as saved objects of Kibana'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand export; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -f -a "create" -d 'Make an empty keystore'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -f -a "add" -d 'Add a secret; it is asked for, or read from standard input'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -f -a "list" -d 'List the names of the secrets'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -f -a "remove" -d 'Remove secrets'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and not __fish_seen_subcommand_from create add list remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -l force -d 'Replace the one that is there'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l stdin -d 'Read the secret from standard input, to its end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -l force -d 'Replace the one that is there'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make an empty keystore'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a secret; it is asked for, or read from standard input'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the names of the secrets'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove secrets'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand keystore; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand version" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand completion" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -l dir -d 'Write packetbeat.1 and a page for each command here' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -s c -l c -d 'Read the configuration from this file. May be given several times: later files are laid upon earlier ones' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -s E -d 'Change one setting, such as packetbeat.workers=2' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -s d -d 'Log details of these parts, such as smtp,publish; * is all' -r
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -l environment -d 'What the program runs in: default, systemd, container, macos_service or windows_service. In a container the log goes to standard error' -r -f -a "default\t'A terminal or a script'
systemd\t'A unit of systemd'
container\t'A container'
macos_service\t'A service of macOS'
windows_service\t'A service of Windows'"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -l path.home -d 'Where configuration, data and logs are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -l path.config -d 'Where configuration files are looked for' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -l path.data -d 'Where data is kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -l path.logs -d 'Where logs are kept' -r -F
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -l strict.perms -d 'Refuse configuration files that others can write' -r -f -a "true\t''
false\t''"
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -s e -d 'Log to standard error, and print the ledger at the end'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -s v -d 'Log what is done, not only what is wrong'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "run" -d 'Read packets and write their transactions; the same as no command'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "devices" -d 'List the devices that packets can be captured from'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "test" -d 'Try the configuration or the output'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "setup" -d 'Prepare what the output needs: index templates, policies, dashboards'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "export" -d 'Print the configuration, an index template, the fields, a policy or a dashboard'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "keystore" -d 'Keep secrets that the configuration names as ${KEY}'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "version" -d 'Print the version'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "completion" -d 'Print what a shell needs to complete commands and flags'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "man" -d 'Print the manual page, or write those of all commands to a folder (ours)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and not __fish_seen_subcommand_from run devices test setup export keystore version completion man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from test" -f -a "config" -d 'Check the configuration: everything that is wrong, at once'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from test" -f -a "output" -d 'Open the output, and say step by step what works'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from export" -f -a "config" -d 'The complete configuration that a run would use'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from export" -f -a "template" -d 'The index template'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from export" -f -a "fields" -d 'Every field that an event may have, as fields.yml (ours)'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from export" -f -a "ilm-policy" -d 'The index lifecycle policy'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from export" -f -a "index-pattern" -d 'The index pattern, as a saved object of Kibana'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from export" -f -a "dashboard" -d 'A dashboard, as saved objects of Kibana'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from keystore" -f -a "create" -d 'Make an empty keystore'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from keystore" -f -a "add" -d 'Add a secret; it is asked for, or read from standard input'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from keystore" -f -a "list" -d 'List the names of the secrets'
complete -c packetbeat -n "__fish_packetbeat_using_subcommand help; and __fish_seen_subcommand_from keystore" -f -a "remove" -d 'Remove secrets'
