//! Servers with configurations and folders that are thrown away.

use std::fs;
use std::os::unix::fs::chown;
use std::process::Command;

use crate::world::{SERVER, SERVER6, World, output};

impl World {
    /// nginx on port 80: files, and a folder that takes them.
    pub(crate) fn nginx(&mut self) {
        let folder = self.subfolder("nginx");
        let www = self.subfolder("www");
        fs::create_dir(www.join("up")).unwrap();
        fs::write(www.join("small.txt"), "small\n").unwrap();
        fs::write(www.join("large.bin"), vec![b'x'; 1 << 20]).unwrap();
        let (folder, www) = (folder.display(), www.display());
        let config = format!(
            "daemon off; worker_processes 1; user root; pid {folder}/pid; error_log stderr;
events {{ }}
http {{
  access_log off; client_max_body_size 10m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen {SERVER}:80; listen [{SERVER6}]:80; root {www};
    location /up/ {{ dav_methods PUT; }}
  }}
}}
"
        );
        let path = self.folder().join("nginx.conf");
        fs::write(&path, config).unwrap();
        self.server("nginx", &["nginx", "-e", "stderr", "-c", &path.display().to_string()]);
        self.listens("-t", 80);
    }

    /// unbound on port 53: whatever is asked below `example.org` has an address.
    pub(crate) fn unbound(&mut self) {
        let config = format!(
            "server:
  interface: {SERVER}
  access-control: 0.0.0.0/0 allow
  use-syslog: no
  username: \"\"
  chroot: \"\"
  directory: \"{0}\"
  pidfile: \"{0}/unbound.pid\"
  module-config: iterator
  local-zone: \"example.org.\" redirect
  local-data: \"example.org. 60 IN A 192.0.2.80\"
remote-control:
  control-enable: no
",
            self.folder().display()
        );
        let path = self.folder().join("unbound.conf");
        fs::write(&path, config).unwrap();
        self.server("unbound", &["unbound", "-d", "-p", "-c", &path.display().to_string()]);
        self.listens("-u", 53);
    }

    /// Postfix on port 25: it takes mail for `example.org` and forgets it.
    pub(crate) fn postfix(&mut self) {
        let (config, queue, data) =
            (self.subfolder("postfix"), self.subfolder("queue"), self.subfolder("mail-data"));
        let user = output(Command::new("id").args(["-u", "postfix"])).stdout;
        chown(&data, Some(String::from_utf8(user).unwrap().trim().parse().unwrap()), None).unwrap();
        let (queue, data, folder) = (queue.display(), data.display(), self.folder().display());
        let main = format!(
            "compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.org
inet_interfaces = all
inet_protocols = ipv4
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
relay_domains = example.org
transport_maps = inline:{{example.org=discard:}}
smtpd_peername_lookup = no
"
        );
        let master = "smtp      inet  n - n - 8 smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
error     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
proxymap  unix  - - n - - proxymap
postlog   unix-dgram n - n - 1 postlogd
";
        fs::write(config.join("main.cf"), main).unwrap();
        fs::write(config.join("master.cf"), master).unwrap();
        self.server("postfix", &["postfix", "-c", &config.display().to_string(), "start-fg"]);
        self.listens("-t", 25);
    }

    /// MariaDB on port 3306, with a database `shop` that `ann` may use.
    pub(crate) fn mariadb(&mut self) {
        let data = self.subfolder("db");
        let user = output(Command::new("id").args(["-u", "mysql"])).stdout;
        chown(&data, Some(String::from_utf8(user).unwrap().trim().parse().unwrap()), None).unwrap();
        let datadir = format!("--datadir={}", data.display());
        let install = output(Command::new("mariadb-install-db").args([
            "--no-defaults",
            "--user=mysql",
            &datadir,
            "--skip-test-db",
            "--skip-name-resolve",
            "--auth-root-authentication-method=normal",
        ]));
        assert!(install.status.success(), "{}", String::from_utf8_lossy(&install.stderr));
        let init = self.folder().join("init.sql");
        fs::write(
            &init,
            "CREATE DATABASE shop;
CREATE USER ann@'%' IDENTIFIED BY 'password';
GRANT ALL ON shop.* TO ann@'%';
",
        )
        .unwrap();
        self.server(
            "mariadb",
            &[
                "mariadbd",
                "--no-defaults",
                "--user=mysql",
                &datadir,
                &format!("--socket={}/socket", data.display()),
                &format!("--pid-file={}/pid", data.display()),
                &format!("--bind-address={SERVER}"),
                "--port=3306",
                "--skip-name-resolve",
                &format!("--init-file={}", init.display()),
            ],
        );
        self.listens("-t", 3306);
    }

    /// Redis on port 6379.
    pub(crate) fn redis(&mut self) {
        let folder = self.subfolder("redis").display().to_string();
        let options = ["--port", "6379", "--protected-mode", "no", "--save", "", "--dir", &folder];
        self.server("redis", &[&["redis-server", "--bind", SERVER], options.as_slice()].concat());
        self.listens("-t", 6379);
    }
}
