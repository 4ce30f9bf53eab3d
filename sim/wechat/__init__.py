"""The platform's side of a WeChat official account. Shares no code with kefu.channels.wechat, so that each checks the other."""
