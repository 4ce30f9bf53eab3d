"""What the channel itself says: about bindings, slow turns, and trouble."""

from kefu.channels.binding import Outcome

STILL_WORKING = "这个问题还在查，请过几秒回复任意内容(比如“1”)，我就把结果发给您。"
TRANSFERRED = "正在为您转接人工客服，请稍等。"
NO_PICTURES = "这里收不到图片。请打字告诉我遇到了什么问题，比如订单号、金额、时间。"
PICTURE_LOST = "图片没有收到。请重新发一次，或者打字告诉我遇到了什么问题。"
UNBOUND = "已经解除绑定，之后网页上的工单不会再发到这里。"

BINDING = {
    Outcome.BOUND: (
        "绑定好了！您在网页上登记的工单，现在也能在这里查，客服的回复会发到您最后用的那一边。想解除就回复“解绑”。"
    ),
    Outcome.WRONG: (
        "这个绑定码不对，或者已经过期。请在网页的客服窗口里重新取一个，10 分钟内发给我，比如：绑定 7K3M9QXT。"
    ),
    Outcome.THROTTLED: "试的次数太多了，请过一小时再来绑定。",
}
