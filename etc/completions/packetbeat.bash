_packetbeat() {
    local i cur prev opts cmd
    COMPREPLY=()
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        cur="$2"
    else
        cur="${COMP_WORDS[COMP_CWORD]}"
    fi
    prev="$3"
    cmd=""
    opts=""

    for i in "${COMP_WORDS[@]:0:COMP_CWORD}"
    do
        case "${cmd},${i}" in
            ",$1")
                cmd="packetbeat"
                ;;
            packetbeat,completion)
                cmd="packetbeat__subcmd__completion"
                ;;
            packetbeat,devices)
                cmd="packetbeat__subcmd__devices"
                ;;
            packetbeat,export)
                cmd="packetbeat__subcmd__export"
                ;;
            packetbeat,help)
                cmd="packetbeat__subcmd__help"
                ;;
            packetbeat,keystore)
                cmd="packetbeat__subcmd__keystore"
                ;;
            packetbeat,man)
                cmd="packetbeat__subcmd__man"
                ;;
            packetbeat,run)
                cmd="packetbeat__subcmd__run"
                ;;
            packetbeat,setup)
                cmd="packetbeat__subcmd__setup"
                ;;
            packetbeat,test)
                cmd="packetbeat__subcmd__test"
                ;;
            packetbeat,version)
                cmd="packetbeat__subcmd__version"
                ;;
            packetbeat__subcmd__export,config)
                cmd="packetbeat__subcmd__export__subcmd__config"
                ;;
            packetbeat__subcmd__export,dashboard)
                cmd="packetbeat__subcmd__export__subcmd__dashboard"
                ;;
            packetbeat__subcmd__export,fields)
                cmd="packetbeat__subcmd__export__subcmd__fields"
                ;;
            packetbeat__subcmd__export,help)
                cmd="packetbeat__subcmd__export__subcmd__help"
                ;;
            packetbeat__subcmd__export,ilm-policy)
                cmd="packetbeat__subcmd__export__subcmd__ilm__subcmd__policy"
                ;;
            packetbeat__subcmd__export,index-pattern)
                cmd="packetbeat__subcmd__export__subcmd__index__subcmd__pattern"
                ;;
            packetbeat__subcmd__export,template)
                cmd="packetbeat__subcmd__export__subcmd__template"
                ;;
            packetbeat__subcmd__export__subcmd__help,config)
                cmd="packetbeat__subcmd__export__subcmd__help__subcmd__config"
                ;;
            packetbeat__subcmd__export__subcmd__help,dashboard)
                cmd="packetbeat__subcmd__export__subcmd__help__subcmd__dashboard"
                ;;
            packetbeat__subcmd__export__subcmd__help,fields)
                cmd="packetbeat__subcmd__export__subcmd__help__subcmd__fields"
                ;;
            packetbeat__subcmd__export__subcmd__help,help)
                cmd="packetbeat__subcmd__export__subcmd__help__subcmd__help"
                ;;
            packetbeat__subcmd__export__subcmd__help,ilm-policy)
                cmd="packetbeat__subcmd__export__subcmd__help__subcmd__ilm__subcmd__policy"
                ;;
            packetbeat__subcmd__export__subcmd__help,index-pattern)
                cmd="packetbeat__subcmd__export__subcmd__help__subcmd__index__subcmd__pattern"
                ;;
            packetbeat__subcmd__export__subcmd__help,template)
                cmd="packetbeat__subcmd__export__subcmd__help__subcmd__template"
                ;;
            packetbeat__subcmd__help,completion)
                cmd="packetbeat__subcmd__help__subcmd__completion"
                ;;
            packetbeat__subcmd__help,devices)
                cmd="packetbeat__subcmd__help__subcmd__devices"
                ;;
            packetbeat__subcmd__help,export)
                cmd="packetbeat__subcmd__help__subcmd__export"
                ;;
            packetbeat__subcmd__help,help)
                cmd="packetbeat__subcmd__help__subcmd__help"
                ;;
            packetbeat__subcmd__help,keystore)
                cmd="packetbeat__subcmd__help__subcmd__keystore"
                ;;
            packetbeat__subcmd__help,man)
                cmd="packetbeat__subcmd__help__subcmd__man"
                ;;
            packetbeat__subcmd__help,run)
                cmd="packetbeat__subcmd__help__subcmd__run"
                ;;
            packetbeat__subcmd__help,setup)
                cmd="packetbeat__subcmd__help__subcmd__setup"
                ;;
            packetbeat__subcmd__help,test)
                cmd="packetbeat__subcmd__help__subcmd__test"
                ;;
            packetbeat__subcmd__help,version)
                cmd="packetbeat__subcmd__help__subcmd__version"
                ;;
            packetbeat__subcmd__help__subcmd__export,config)
                cmd="packetbeat__subcmd__help__subcmd__export__subcmd__config"
                ;;
            packetbeat__subcmd__help__subcmd__export,dashboard)
                cmd="packetbeat__subcmd__help__subcmd__export__subcmd__dashboard"
                ;;
            packetbeat__subcmd__help__subcmd__export,fields)
                cmd="packetbeat__subcmd__help__subcmd__export__subcmd__fields"
                ;;
            packetbeat__subcmd__help__subcmd__export,ilm-policy)
                cmd="packetbeat__subcmd__help__subcmd__export__subcmd__ilm__subcmd__policy"
                ;;
            packetbeat__subcmd__help__subcmd__export,index-pattern)
                cmd="packetbeat__subcmd__help__subcmd__export__subcmd__index__subcmd__pattern"
                ;;
            packetbeat__subcmd__help__subcmd__export,template)
                cmd="packetbeat__subcmd__help__subcmd__export__subcmd__template"
                ;;
            packetbeat__subcmd__help__subcmd__keystore,add)
                cmd="packetbeat__subcmd__help__subcmd__keystore__subcmd__add"
                ;;
            packetbeat__subcmd__help__subcmd__keystore,create)
                cmd="packetbeat__subcmd__help__subcmd__keystore__subcmd__create"
                ;;
            packetbeat__subcmd__help__subcmd__keystore,list)
                cmd="packetbeat__subcmd__help__subcmd__keystore__subcmd__list"
                ;;
            packetbeat__subcmd__help__subcmd__keystore,remove)
                cmd="packetbeat__subcmd__help__subcmd__keystore__subcmd__remove"
                ;;
            packetbeat__subcmd__help__subcmd__test,config)
                cmd="packetbeat__subcmd__help__subcmd__test__subcmd__config"
                ;;
            packetbeat__subcmd__help__subcmd__test,output)
                cmd="packetbeat__subcmd__help__subcmd__test__subcmd__output"
                ;;
            packetbeat__subcmd__keystore,add)
                cmd="packetbeat__subcmd__keystore__subcmd__add"
                ;;
            packetbeat__subcmd__keystore,create)
                cmd="packetbeat__subcmd__keystore__subcmd__create"
                ;;
            packetbeat__subcmd__keystore,help)
                cmd="packetbeat__subcmd__keystore__subcmd__help"
                ;;
            packetbeat__subcmd__keystore,list)
                cmd="packetbeat__subcmd__keystore__subcmd__list"
                ;;
            packetbeat__subcmd__keystore,remove)
                cmd="packetbeat__subcmd__keystore__subcmd__remove"
                ;;
            packetbeat__subcmd__keystore__subcmd__help,add)
                cmd="packetbeat__subcmd__keystore__subcmd__help__subcmd__add"
                ;;
            packetbeat__subcmd__keystore__subcmd__help,create)
                cmd="packetbeat__subcmd__keystore__subcmd__help__subcmd__create"
                ;;
            packetbeat__subcmd__keystore__subcmd__help,help)
                cmd="packetbeat__subcmd__keystore__subcmd__help__subcmd__help"
                ;;
            packetbeat__subcmd__keystore__subcmd__help,list)
                cmd="packetbeat__subcmd__keystore__subcmd__help__subcmd__list"
                ;;
            packetbeat__subcmd__keystore__subcmd__help,remove)
                cmd="packetbeat__subcmd__keystore__subcmd__help__subcmd__remove"
                ;;
            packetbeat__subcmd__test,config)
                cmd="packetbeat__subcmd__test__subcmd__config"
                ;;
            packetbeat__subcmd__test,help)
                cmd="packetbeat__subcmd__test__subcmd__help"
                ;;
            packetbeat__subcmd__test,output)
                cmd="packetbeat__subcmd__test__subcmd__output"
                ;;
            packetbeat__subcmd__test__subcmd__help,config)
                cmd="packetbeat__subcmd__test__subcmd__help__subcmd__config"
                ;;
            packetbeat__subcmd__test__subcmd__help,help)
                cmd="packetbeat__subcmd__test__subcmd__help__subcmd__help"
                ;;
            packetbeat__subcmd__test__subcmd__help,output)
                cmd="packetbeat__subcmd__test__subcmd__help__subcmd__output"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        packetbeat)
            opts="-I -i -N -t -O -l -c -E -e -d -v -h -V --interface --replay --dump --filter --from --to --summary --workers --httpprof --cpuprofile --memprofile --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help --version run devices test setup export keystore version completion man help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 1 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                -I)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --interface)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -i)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -l)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --dump)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --filter)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --from)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --to)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --summary)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --workers)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --httpprof)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --cpuprofile)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --memprofile)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__completion)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help bash elvish fish powershell zsh"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__devices)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help config template fields ilm-policy index-pattern dashboard help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__config)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__dashboard)
            opts="-c -E -e -d -v -h --id --yml --folder --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --id)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --yml)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --folder)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__fields)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help)
            opts="config template fields ilm-policy index-pattern dashboard help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help__subcmd__config)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help__subcmd__dashboard)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help__subcmd__fields)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help__subcmd__ilm__subcmd__policy)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help__subcmd__index__subcmd__pattern)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__help__subcmd__template)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__ilm__subcmd__policy)
            opts="-c -E -e -d -v -h --es.version --noilm --dir --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --es.version)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --dir)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__index__subcmd__pattern)
            opts="-c -E -e -d -v -h --es.version --noilm --dir --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --es.version)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --dir)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__export__subcmd__template)
            opts="-c -E -e -d -v -h --es.version --noilm --dir --opensearch.version --without --strict --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --es.version)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --dir)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --opensearch.version)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --without)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help)
            opts="run devices test setup export keystore version completion man help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__completion)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__devices)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__export)
            opts="config template fields ilm-policy index-pattern dashboard"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__export__subcmd__config)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__export__subcmd__dashboard)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__export__subcmd__fields)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__export__subcmd__ilm__subcmd__policy)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__export__subcmd__index__subcmd__pattern)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__export__subcmd__template)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__keystore)
            opts="create add list remove"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__keystore__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__keystore__subcmd__create)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__keystore__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__keystore__subcmd__remove)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__man)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__run)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__setup)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__test)
            opts="config output"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__test__subcmd__config)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__test__subcmd__output)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__help__subcmd__version)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help create add list remove help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__add)
            opts="-c -E -e -d -v -h --stdin --force --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__create)
            opts="-c -E -e -d -v -h --force --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__help)
            opts="create add list remove help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__help__subcmd__add)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__help__subcmd__create)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__help__subcmd__list)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__help__subcmd__remove)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__list)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__keystore__subcmd__remove)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__man)
            opts="-c -E -e -d -v -h --dir --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --dir)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__run)
            opts="-I -i -N -t -O -l -c -E -e -d -v -h --interface --replay --dump --filter --from --to --summary --workers --httpprof --cpuprofile --memprofile --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                -I)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --interface)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -i)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -l)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --dump)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --filter)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --from)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --to)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --summary)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --workers)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --httpprof)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --cpuprofile)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --memprofile)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__setup)
            opts="-c -E -e -d -v -h --index-management --dashboards --pipelines --enable-all-filesets --force-enable-module-filesets --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__test)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help config output help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__test__subcmd__config)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__test__subcmd__help)
            opts="config output help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__test__subcmd__help__subcmd__config)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__test__subcmd__help__subcmd__help)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__test__subcmd__help__subcmd__output)
            opts=""
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 4 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__test__subcmd__output)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 3 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
        packetbeat__subcmd__version)
            opts="-c -E -e -d -v -h --c --environment --path.home --path.config --path.data --path.logs --strict.perms --help"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 2 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -c)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -E)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -d)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --environment)
                    COMPREPLY=($(compgen -W "default systemd container macos_service windows_service" -- "${cur}"))
                    return 0
                    ;;
                --path.home)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.config)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.data)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --path.logs)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --strict.perms)
                    COMPREPLY=($(compgen -W "true false" -- "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
    esac
}

if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _packetbeat -o nosort -o bashdefault -o default packetbeat
else
    complete -F _packetbeat -o bashdefault -o default packetbeat
fi
