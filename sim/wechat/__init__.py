"""The platform's side of a WeChat official account; shares no code with kefu.channels.wechat: each checks the other."""
