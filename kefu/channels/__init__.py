"""The doors through which customers come in: loopback REST, the website widget, WeChat."""
