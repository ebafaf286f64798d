/** What a service of firewalld opens. */
export interface Service {
  /** `first[-last]/protocol`, or a protocol alone. */
  readonly ports: readonly string[];
  /** The same for ports that packets come from. */
  readonly sourcePorts: readonly string[];
  readonly protocols: readonly string[];
  /** Only to these addresses, where any are named. */
  readonly destinations: readonly string[];
  readonly includes: readonly string[];
}

/**
 * The services that firewalld itself brings (its config/services): `name=port/protocol,…`, with `+` for a service that it
 * includes, `@` for an address that it is only for, `<` for a source port.
 */
const BUILT_IN = `
  mdns=5353/udp,@224.0.0.251,@ff02::fb samba-client=137/udp,138/udp cockpit=9090/tcp dns=53/tcp,53/udp http=80/tcp dhcpv6-client=546/udp,@fe80::/64
  dhcpv6=547/udp ntp=123/udp smtp=25/tcp submission=587/tcp mysql=3306/tcp mountd=20048/tcp,20048/udp rdp=3389/tcp ldaps=636/tcp docker-registry=5000/tcp
  etcd-client=2379/tcp etcd-server=2380/tcp kube-scheduler=10251/tcp kube-controller-manager-secure=10257/tcp kube-api=6443/tcp elasticsearch=9300/tcp,9200/tcp
  grafana=3000/tcp openvpn=1194/udp wireguard=51820/udp sip=5060/tcp,5060/udp bacula=9101/tcp,9102/tcp,9103/tcp bacula-client=9102/tcp amqp=5672/tcp
  amqps=5671/tcp salt-master=4505/tcp,4506/tcp ipp=631/tcp,631/udp ipp-client=631/udp tinc=655/tcp,655/udp bgp=179/tcp prometheus-node-exporter=9100/tcp
  mssql=1433/tcp syslog=514/udp libvirt-tls=16514/tcp xmpp-server=5269/tcp gre=gre
  RH-Satellite-6-capsule=+RH-Satellite-6,8443/tcp RH-Satellite-6=+foreman,5000/tcp,5646-5647/tcp,5671/tcp,8000/tcp,8080/tcp,9090/tcp afp=548/tcp
  amanda-client=10080/udp,10080/tcp amqps=5671/tcp anno-1602=47624/tcp,2300-2400/tcp,2300-2400/udp anno-1800=18000/udp aseqnet=40002/tcp audit=60/tcp
  ausweisapp2=24727/udp bareos-director=9101/tcp bareos-storage=9103/tcp bb=1984/tcp,1984/udp bgp=179/tcp bitcoin-rpc=8332/tcp
  bitcoin-testnet-rpc=18332/tcp bitcoin-testnet=18333/tcp bitcoin=8333/tcp bittorrent-lsd=6771/udp,@239.192.152.143,@ff15::efc0:988f
  ceph-mon=3300/tcp,6789/tcp ceph=6800-7568/tcp cfengine=5308/tcp checkmk-agent=6556/tcp
  civilization-iv=2033/tcp,2056/tcp,3783/tcp,6500/tcp,6667/tcp,28900/tcp,29900-29901/tcp,2033/udp,2302-2400/udp,6500/udp,6515/udp,13139/udp,27900/udp
  civilization-v=1745/tcp,1795/tcp,3074/tcp,27015-27030/tcp,27036-27037/tcp,1745/udp,1795/udp,3064/udp,3074/udp,4380/udp,27000-27031/udp,27036/udp
  collectd=25826/udp cratedb=+postgresql,4200/tcp,4300/tcp ctdb=4379/tcp,4379/udp
  dds-unicast=7402-7649/udp,7652-7899/udp,7902-8149/udp,8152-8339/udp,8402-8649/udp,8652-8899/udp,8902-9149/udp,9152-9339/udp,9402-9649/udp,9652-9899/udp,9902-10149/udp
  dds=+dds-multicast,+dds-unicast dhcp=67/udp distcc=3632/tcp dns-over-quic=853/udp dns-over-tls=853/tcp dropbox-lansync=17500/udp,17500/tcp
  factorio=34197/udp foreman=+dns,+http,+https,+dhcp,+tftp,68/udp,8140/tcp freeipa-ldap=80/tcp,443/tcp,88/tcp,88/udp,464/tcp,464/udp,123/udp,389/tcp
  freeipa-ldaps=80/tcp,443/tcp,88/tcp,88/udp,464/tcp,464/udp,123/udp,636/tcp
  freeipa-trust=135/tcp,138-139/tcp,138-139/udp,389/tcp,389/udp,445/tcp,445/udp,49152-65535/tcp,3268/tcp ftp=21/tcp
  galera=3306/tcp,4567/tcp,4568/tcp,4444/tcp ganglia-client=8660/tcp git=9418/tcp gpsd=2947/tcp
  high-availability=2224/tcp,3121/tcp,5403/tcp,5404/udp,5405-5412/udp,9929/tcp,9929/udp,21064/tcp http3=443/udp https=443/tcp imap=143/tcp
  imaps=993/tcp iperf3=5201/tcp,5201/udp,5201/sctp ipfs=4001/tcp,4001/udp ipsec=ah,esp,500/udp,4500/udp,4500/tcp irc=6667/tcp
  iscsi-target=3260/tcp,3260/udp jenkins=8080/tcp kerberos=88/tcp,88/udp kibana=5601/tcp kpasswd=464/tcp,464/udp kprop=754/tcp kshell=544/tcp
  kube-apiserver=6443/tcp kube-control-plane-secure=+etcd-client,+etcd-server,+kube-apiserver,+kube-controller-manager-secure,+kube-scheduler-secure
  kube-controller-manager=10252/tcp kube-nodeport-services=30000-32767/tcp kube-scheduler-secure=10259/tcp
  kube-worker=+kubelet,+kube-nodeport-services kubelet-worker=+kube-worker kubelet=10250/tcp ldap=389/tcp libvirt=16509/tcp llmnr-client=<5355/udp
  llmnr-tcp=5355/tcp llmnr-udp=5355/udp,@224.0.0.252,@ff02::1:3 llmnr=+llmnr-tcp,+llmnr-udp matrix=+https,8448/tcp memcache=11211/tcp,11211/udp
  minecraft=25565/tcp,25565/udp minidlna=+ssdp,8200/tcp mongodb=27017/tcp mosh=60000-61000/udp mqtt-tls=8883/tcp ms-wbt=+rdp
  murmur=64738/tcp,64738/udp nebula=4242/udp netbios-ns=137/udp netdata-dashboard=19999/tcp nfs=2049/tcp nfs3=2049/tcp,2049/udp
  nmea-0183=10110/tcp,10110/udp nrpe=5666/tcp opentelemetry=4317/tcp,4318/tcp ovirt-imageio=54322/tcp pmcd=44321/tcp pmproxy=44322/tcp
  pmwebapis=44324/tcp pop3=110/tcp pop3s=995/tcp postgresql=5432/tcp prometheus=9090/tcp ps2link=18194/udp,18193/tcp ps3netsrv=38008/tcp
  ptp=319/udp,320/udp pulseaudio=4713/tcp puppetmaster=8140/tcp radius=1812/tcp,1812/udp,1813/tcp,1813/udp redis=6379/tcp rootd=1094/tcp
  rpc-bind=111/tcp,111/udp rquotad=875/tcp,875/udp rsh=514/tcp rsyncd=873/tcp,873/udp rtsp=554/tcp,554/udp
  samba-dc=+samba,+dns,+kerberos,+ldap,+ldaps,+kpasswd,135/tcp,389/udp,49152-65535/tcp,3268/tcp,3269/tcp samba=+samba-client,139/tcp,445/tcp
  settlers-history-collection=1005/udp,1100/udp,3074/udp,6200/udp,6300/udp sips=5061/tcp,5061/udp slimevr=6969/udp smtp-submission=+submission
  smtps=465/tcp snmp=161/tcp,161/udp spotify-sync=57621/udp,57621/tcp squid=3128/tcp ssdp=1900/udp,@239.255.255.250,@ff02::c ssh=22/tcp
  steam-lan-transfer=27040/tcp,27031-27036/udp steam-streaming=27036/tcp,27037/tcp,27031-27036/udp
  stronghold-crusader=2300-2400/tcp,47624/tcp,2300-2400/udp stun=3478/tcp,3478/udp supertuxkart=2759/tcp,2759/udp,2757/udp,2757/tcp svn=3690/tcp
  syncthing-relay=22067/tcp,22070/tcp syncthing=22000/tcp,22000/udp,21027/udp syscomlan=1065/tcp,1065/udp syslog-tls=6514/tcp,6514/udp telnet=23/tcp
  tentacle=41121/tcp tftp=69/udp tile38=9851/tcp transmission-client=51413/tcp,51413/udp turn=+stun turns=+stuns
  vdsm=54321/tcp,5900-6923/tcp,49152-49216/tcp vnc-server=5900-5903/tcp wbem-http=5988/tcp wbem-https=5989/tcp ws-discovery-client=<3702/udp
  ws-discovery=+ws-discovery-tcp,+ws-discovery-udp wsman=5985/tcp wsmans=5986/tcp xdmcp=177/tcp,177/udp xmpp-bosh=5280/tcp xmpp-client=5222/tcp
  xmpp-local=5298/tcp zabbix-agent=10050/tcp zabbix-server=+zabbix-trapper zabbix-trapper=10051/tcp zero-k=8452/udp
`;

let known: ReadonlyMap<string, Service> | undefined;

/** One of firewalld's own services; undefined where it is none. */
export function builtInService(name: string): Service | undefined {
  known ??= new Map(BUILT_IN.trim().split(/\s+/).map((entry) => {
    const equals = entry.indexOf("=");
    return [entry.slice(0, equals), serviceOf(entry.slice(equals + 1).split(","))];
  }));
  return known.get(name);
}

function serviceOf(parts: readonly string[]): Service {
  const after = (sign: string): string[] => parts.filter((part) => part.startsWith(sign)).map((part) => part.slice(1));
  const plain = parts.filter((part) => part !== "" && !/^[+@<]/.test(part));
  return {
    ports: plain.filter((part) => part.includes("/")),
    protocols: plain.filter((part) => !part.includes("/")),
    sourcePorts: after("<"),
    destinations: after("@"),
    includes: after("+"),
  };
}
