"""What the channel itself says: about bindings, slow turns, and trouble."""

from kefu.channels.binding import Outcome

STILL_WORKING = "这个问题还在查，请过几秒回复任意内容(比如“1”)，我就把结果发给您。"
TOO_FAST = "您发得太快了，这条我没来得及看。请过 {seconds} 秒再发一次。"
TRANSFERRED = "正在为您转接人工客服，请稍等。"
NO_PICTURES = "这里收不到图片。请打字告诉我遇到了什么问题，比如订单号、金额、时间。"
PICTURE_LOST = "图片没有收到。请重新发一次，或者打字告诉我遇到了什么问题。"
UNBOUND = "已经解除绑定，之后网页上的工单不会再发到这里。"

BINDING = {
    Outcome.BOUND: (
        "绑定好了！您在网页上登记的工单，现在也能在这里查，客服的回复会发到您最后用的那一边。想解除就回复“解绑”。"
    ),
    Outcome.ASK: (
        "要把这个微信和网页上的客服对话连起来吗？连好后，工单在两边都能查，客服的回复会发到您最后用的那一边。\n"
        "如果是您本人刚在网页上打开的二维码，请在 10 分钟内回复“确认绑定”；不是的话，不用理会。"
    ),
    Outcome.WRONG: (
        "这个绑定码不对，或者已经过期。请在网页的客服窗口里重新取一个，10 分钟内发给我，比如：绑定 7K3M9QXT。"
    ),
    Outcome.THROTTLED: "试的次数太多了，请过一小时再来绑定。",
}
BAD_SCAN = "这个二维码已经失效，或者别人已经扫过了。请在网页的客服窗口里重新取一个。"
BOUND_ON_WEBSITE = "微信绑定好了，可以在公众号里接着聊。如果不是您本人绑定的，请发“解绑微信”。"
